//! The terminal: taken in raw mode on the alternate screen, given back however the program ends.
//!
//! Keys are read here and not by crossterm, which reads a terminal that is gone without end.

use std::collections::VecDeque;
use std::io::{self, IsTerminal, Stdin, stdin, stdout};
use std::os::fd::AsFd;

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::unistd::read;
use offhook_port::Watched;
use ratatui::DefaultTerminal;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::keys::{Decoder, Key};
use super::{Picture, Selection, draw};

/// The terminal, while the view has it.
#[derive(Debug)]
pub struct Screen {
    /// There until the end.
    terminal: Option<DefaultTerminal>,
    keyboard: Watched<Stdin>,
    decoder: Decoder,
    /// Pressed, and not asked for yet.
    pressed: VecDeque<Key>,
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
        let keyboard = Watched::new(stdin())?;
        let terminal = Some(ratatui::try_init()?);
        Ok(Self { terminal, keyboard, decoder: Decoder::default(), pressed: VecDeque::new(), resized })
    }

    /// Draws how things stand.
    ///
    /// # Errors
    ///
    /// If the terminal is gone ([`io::ErrorKind::UnexpectedEof`]), or cannot be written.
    pub fn show(&mut self, picture: &Picture, selection: Selection) -> io::Result<()> {
        let Some(terminal) = &mut self.terminal else { return Ok(()) };
        let drawn = terminal.draw(|frame| draw(frame, picture, selection));
        // What a terminal that is gone fails at has many names: its size, its cursor, a write.
        drawn.map(|_| ()).map_err(|error| if is_gone(state()) { io::ErrorKind::UnexpectedEof.into() } else { error })
    }

    /// Waits for a key, or (`None`) for the terminal's size to change. Cancel-safe.
    ///
    /// # Errors
    ///
    /// If the terminal is gone ([`io::ErrorKind::UnexpectedEof`]), or cannot be read.
    pub async fn next(&mut self) -> io::Result<Option<Key>> {
        loop {
            if let Some(key) = self.pressed.pop_front() {
                return Ok(Some(key));
            }
            let state = state();
            if is_gone(state) {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if state.contains(PollFlags::POLLIN) {
                self.read()?;
                continue;
            }
            tokio::select! {
                ready = self.keyboard.readable() => ready?,
                _ = self.resized.recv() => return Ok(None),
            }
        }
    }

    /// Reads once; there is something to be read, so this does not wait.
    fn read(&mut self) -> io::Result<()> {
        let mut octets = [0; 256];
        match read(self.keyboard.get(), &mut octets) {
            Ok(0) | Err(Errno::EIO) => Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(count) => {
                let decoder = &mut self.decoder;
                self.pressed.extend(octets[..count].iter().filter_map(|octet| decoder.take(*octet)));
                Ok(())
            }
            Err(Errno::EINTR | Errno::EAGAIN) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

/// What can be done with the terminal's input at once.
fn state() -> PollFlags {
    let keyboard = stdin();
    let mut looked = [PollFd::new(keyboard.as_fd(), PollFlags::POLLIN)];
    match poll(&mut looked, PollTimeout::ZERO) {
        Ok(_) => looked[0].revents().unwrap_or(PollFlags::empty()),
        Err(_) => PollFlags::empty(),
    }
}

/// Whether its other end has been closed: a window, a connection.
fn is_gone(state: PollFlags) -> bool {
    state.intersects(PollFlags::POLLHUP | PollFlags::POLLERR)
}

impl Drop for Screen {
    fn drop(&mut self) {
        let Some(mut terminal) = self.terminal.take() else { return };
        // A terminal that is gone takes nothing back, and there is nowhere to say so; ratatui would try, and panic.
        if terminal.show_cursor().and_then(|()| ratatui::try_restore()).is_err() {
            std::mem::forget(terminal);
        }
    }
}
