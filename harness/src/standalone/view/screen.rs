//! The terminal: taken in raw mode on the alternate screen, given back however the program ends.

use std::io::{self, IsTerminal, Stdin, stdin, stdout};
use std::time::Duration;

use offhook_emulator::port::Watched;
use ratatui::DefaultTerminal;
use ratatui::crossterm::event::{Event, KeyEvent, poll, read};
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::{Picture, Selection, draw};

/// The terminal, while the view has it.
#[derive(Debug)]
pub struct Screen {
    terminal: DefaultTerminal,
    keys: Watched<Stdin>,
    resized: Signal,
}

impl Screen {
    /// Whether there is a terminal to draw on and keys to be had.
    pub fn is_there() -> bool {
        stdout().is_terminal()
            && stdin().is_terminal()
            && std::env::var_os("TERM").is_some_and(|term| !term.is_empty() && term != "dumb")
    }

    /// Takes the terminal. Needs a tokio runtime that drives I/O.
    ///
    /// # Errors
    ///
    /// If the terminal cannot be set up or watched.
    pub fn take() -> io::Result<Self> {
        let resized = signal(SignalKind::window_change())?;
        let keys = Watched::new(stdin())?;
        let terminal = ratatui::try_init()?;
        Ok(Self { terminal, keys, resized })
    }

    /// Draws how things stand.
    ///
    /// # Errors
    ///
    /// If the terminal is gone.
    pub fn show(&mut self, picture: &Picture, selection: Selection) -> io::Result<()> {
        self.terminal.draw(|frame| draw(frame, picture, selection)).map(|_| ())
    }

    /// Waits for a key, or (`None`) for the terminal's size to change. Cancel-safe.
    ///
    /// # Errors
    ///
    /// If the terminal is gone.
    pub async fn next(&mut self) -> io::Result<Option<KeyEvent>> {
        loop {
            // One readable moment may have brought several keys.
            while poll(Duration::ZERO)? {
                match read()? {
                    Event::Key(key) => return Ok(Some(key)),
                    Event::Resize(..) => return Ok(None),
                    _ => {}
                }
            }
            tokio::select! {
                ready = self.keys.readable() => ready?,
                _ = self.resized.recv() => return Ok(None),
            }
        }
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        ratatui::restore();
    }
}
