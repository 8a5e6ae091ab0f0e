//! What a guest says on its console and its kernel on its standard error: the last of it kept, process 1's first sign of
//! life noticed.

use std::collections::VecDeque;
use std::io;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use offhook_base::guest::HELLO;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{ChildStderr, ChildStdout};

use super::place::Place;

/// Lines that are kept, and octets of one of them.
const CONSOLE_LINES: usize = 40;
const CONSOLE_OCTETS: u64 = 8192;

/// What it said so far.
#[derive(Debug)]
pub(super) struct Console {
    /// Its last lines.
    pub(super) lines: VecDeque<String>,
    /// From start to the first sign of life of its process 1.
    pub(super) boot: Option<Duration>,
    start: Instant,
    memory: PathBuf,
}

impl Console {
    /// Nothing yet, of a guest that started then.
    pub(super) fn of(place: &Place, start: Instant) -> Self {
        Self { lines: VecDeque::new(), boot: None, start, memory: place.memory.clone() }
    }

    /// Reads both streams until they end.
    pub(super) async fn listen(&mut self, mut stdout: BufReader<ChildStdout>, mut stderr: BufReader<ChildStderr>) {
        let (mut from_stdout, mut from_stderr) = (Vec::new(), Vec::new());
        let (mut stdout_open, mut stderr_open) = (true, true);
        while stdout_open || stderr_open {
            tokio::select! {
                read = read_line(&mut stdout, &mut from_stdout), if stdout_open => {
                    stdout_open = matches!(read, Ok(1..));
                    self.hear(&mut from_stdout);
                }
                read = read_line(&mut stderr, &mut from_stderr), if stderr_open => {
                    stderr_open = matches!(read, Ok(1..));
                    self.hear(&mut from_stderr);
                }
            }
        }
    }

    fn hear(&mut self, line: &mut Vec<u8>) {
        let text = String::from_utf8_lossy(line).trim_end().to_owned();
        line.clear();
        if text == HELLO {
            self.boot = Some(self.start.elapsed());
            // The kernel has its memory open. Whoever is killed from here on leaves no trace of it.
            let _ = std::fs::remove_dir(&self.memory);
        } else if !text.is_empty() {
            if self.lines.len() == CONSOLE_LINES {
                self.lines.pop_front();
            }
            self.lines.push_back(text);
        }
    }
}

/// Reads on to the end of a line, or to as much of it as is kept. Cancel-safe: what was read stays in `line`.
async fn read_line(stream: &mut (impl AsyncBufReadExt + Unpin), line: &mut Vec<u8>) -> io::Result<usize> {
    let room = CONSOLE_OCTETS.saturating_sub(line.len() as u64);
    stream.take(room).read_until(b'\n', line).await
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[tokio::test]
    async fn a_line_without_end_is_taken_in_pieces() {
        let endless = vec![b'x'; 20_000];
        let (mut stream, mut pieces) = (BufReader::new(endless.as_slice()), Vec::new());
        let mut line = Vec::new();
        while read_line(&mut stream, &mut line).await.unwrap() > 0 {
            pieces.push(std::mem::take(&mut line).len());
        }
        assert_eq!(pieces, [8192, 8192, 3616]);
    }
}
