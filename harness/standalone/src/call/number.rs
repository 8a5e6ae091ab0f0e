//! A call through the modems of a running `offhook modem`, by its control socket.

use std::future::Future;
use std::io;
use std::path::Path;

use offhook_clock::Instant;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::time::{Instant as Clock, sleep_until};

use super::session::Session;
use crate::control::LONGEST;
use offhook_base::Error;

/// Calls `number` and stays until the call is over.
///
/// # Errors
///
/// If there is no such socket, or nobody with that number behind it.
pub async fn call(
    socket: &Path,
    number: &str,
    from: Option<&str>,
    session: impl FnOnce(Instant) -> Session,
    mut tell: impl FnMut(&str),
    stop: impl Future<Output = ()>,
) -> Result<Option<Session>, Error> {
    let mut stop = std::pin::pin!(stop);
    let failed = |error: io::Error| {
        let error = Error::io(format!("calling {number} by {}", socket.display()), &error);
        error.help("is `offhook modem` running, by the same user? --control names another socket")
    };
    let mut stream = UnixStream::connect(socket).await.map_err(failed)?;
    let own = from.map(|from| format!(" FROM {from}")).unwrap_or_default();
    stream.write_all(format!("CALL {number}{own}\n").as_bytes()).await.map_err(failed)?;
    let start = Clock::now();
    let now = || Instant::ZERO + start.elapsed();
    let mut session = session(now());
    let (mut through, mut words) = (false, Vec::new());
    loop {
        let at = now();
        session.handle_timeout(at);
        while let Some(octets) = session.poll_transmit() {
            // A modem that takes nothing any more clears the call in the end.
            if stream.write_all(&octets).await.is_err() {
                session.cleared(at, "the modems are gone");
            }
        }
        if session.poll_hang_up() {
            session.cleared(at, "the caller hung up");
        }
        while let Some((when, text)) = session.poll_log_entry() {
            tell(&format!("{when:>9}  {text}"));
        }
        if session.is_over() {
            return Ok(Some(session));
        }
        let deadline = session.poll_timeout().unwrap_or(at);
        let mut buffer = [0; 4096];
        tokio::select! {
            biased;
            () = stop.as_mut() => return Ok(None),
            read = stream.read(&mut buffer) => {
                let at = now();
                match read {
                    Ok(0) | Err(_) => session.cleared(at, "the server hung up"),
                    Ok(count) => {
                        let octets = buffer.get(..count).unwrap_or_default();
                        if through {
                            session.octets(at, octets);
                        } else {
                            words.extend_from_slice(octets);
                            through = hear(at, &mut session, &mut words)?;
                        }
                    }
                }
            }
            () = sleep_until(start + deadline.since(Instant::ZERO)) => {}
        }
    }
}

/// Takes lines as far as there are; whether the last of them was that there is carrier.
fn hear(at: Instant, session: &mut Session, words: &mut Vec<u8>) -> Result<bool, Error> {
    while let Some(end) = words.iter().position(|octet| *octet == b'\n') {
        let rest = words.split_off(end + 1);
        let line = String::from_utf8_lossy(words).trim_end().to_owned();
        *words = rest;
        match line.split_once(' ').unwrap_or((&line, "")) {
            ("RING", rings) => session.rings(at, rings.parse().unwrap_or_default()),
            ("ANSWER", _) => session.answered(at),
            ("CONNECT", rate) => {
                session.connected(at, rate.parse().unwrap_or_default());
                let early = std::mem::take(words);
                if !early.is_empty() {
                    session.octets(at, &early);
                }
                return Ok(true);
            }
            ("BUSY", _) => session.cleared(at, "busy"),
            ("NO", what) => session.cleared(at, if what == "ANSWER" { "no answer" } else { "no carrier" }),
            ("ERROR", why) => return Err(Error::new(format!("the modems say: {why}"))),
            _ => return Err(Error::new(format!("the modems say \"{line}\", which is no answer to a call"))),
        }
    }
    if words.len() > LONGEST {
        return Err(Error::new("what answers at the socket is no `offhook modem`"));
    }
    Ok(false)
}
