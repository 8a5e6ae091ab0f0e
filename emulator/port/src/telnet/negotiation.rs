//! Which options are in force: RFC 855, by the state machine of RFC 1143 (the Q method) less the states in which we
//! would ask for an end, since we never do.
//!
//! In: what the peer will, does, and asks for. Out: answers, at most one for each, none to an answer, and no more than
//! [`PATIENCE`] to one peer, whatever it does.

use super::Role;
use super::command::{DO, DONT, IAC, WILL, WONT};
use super::option::{BINARY, COM_PORT, ECHO, SUPPRESS_GO_AHEAD};

/// How many requests are answered on one connection. Sound peers make ten; two faulty ones could go on for ever.
const PATIENCE: u16 = 256;

/// Options that are never refused to one side or the other.
const OPTIONS: [u8; 4] = [BINARY, ECHO, SUPPRESS_GO_AHEAD, COM_PORT];

/// Whether we may have an option in force, and whether they may.
///
/// A client may not echo: it would come back as if it had been typed. We may not be the client of RFC 2217: the DTE is, and
/// offers it.
const fn may(role: Role, option: u8) -> (bool, bool) {
    match (option, role) {
        (BINARY | SUPPRESS_GO_AHEAD, _) => (true, true),
        (ECHO, Role::Calling) => (false, true),
        (ECHO, _) => (true, false),
        (COM_PORT, Role::Called | Role::CallingBack) => (false, true),
        _ => (false, false),
    }
}

/// Whether we ask for an option, where we may.
const fn asks(role: Role, option: u8) -> bool {
    match role {
        Role::Called | Role::Answering => option != COM_PORT,
        Role::CallingBack => !matches!(option, COM_PORT | ECHO),
        Role::Calling => false,
    }
}

/// One side of one option.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    No,
    /// We have asked.
    Asked,
    Yes,
}

/// All options of one connection.
#[derive(Debug)]
pub(super) struct OptionNegotiation {
    role: Role,
    ours: [State; OPTIONS.len()],
    theirs: [State; OPTIONS.len()],
    patience: u16,
}

impl OptionNegotiation {
    pub(super) fn new(role: Role) -> Self {
        Self { role, ours: Default::default(), theirs: Default::default(), patience: PATIENCE }
    }

    /// Asks for what we want.
    pub(super) fn open(&mut self, output: &mut Vec<u8>) {
        for (index, option) in OPTIONS.into_iter().enumerate().filter(|(_, option)| asks(self.role, *option)) {
            let (we_may, they_may) = may(self.role, option);
            if let Some(state) = self.ours.get_mut(index).filter(|_| we_may) {
                *state = State::Asked;
                output.extend([IAC, WILL, option]);
            }
            if let Some(state) = self.theirs.get_mut(index).filter(|_| they_may) {
                *state = State::Asked;
                output.extend([IAC, DO, option]);
            }
        }
    }

    /// Whether we have an option in force.
    pub(super) fn ours(&self, option: u8) -> bool {
        index(option).and_then(|index| self.ours.get(index)) == Some(&State::Yes)
    }

    /// Whether the peer has an option in force.
    pub(super) fn theirs(&self, option: u8) -> bool {
        index(option).and_then(|index| self.theirs.get(index)) == Some(&State::Yes)
    }

    /// The peer has sent WILL, WONT, DO or DONT.
    pub(super) fn receive(&mut self, verb: u8, option: u8, output: &mut Vec<u8>) {
        let (yes, no) = if matches!(verb, WILL | WONT) { (DO, DONT) } else { (WILL, WONT) };
        let on = matches!(verb, WILL | DO);
        let known = index(option).and_then(|index| {
            let (we_may, they_may) = may(self.role, option);
            if yes == DO {
                Some((self.theirs.get_mut(index)?, they_may))
            } else {
                Some((self.ours.get_mut(index)?, we_may))
            }
        });
        let answer = match known {
            None => on.then_some(no),
            Some((state, may)) => match (*state, on) {
                (State::No, true) if !may => Some(no),
                (State::No, true) => {
                    *state = State::Yes;
                    Some(yes)
                }
                (State::Asked, true) => {
                    *state = State::Yes;
                    None
                }
                (State::Yes, false) => {
                    *state = State::No;
                    Some(no)
                }
                (State::Asked, false) => {
                    *state = State::No;
                    None
                }
                (State::Yes, true) | (State::No, false) => None,
            },
        };
        if let Some(answer) = answer
            && let Some(patience) = self.patience.checked_sub(1)
        {
            self.patience = patience;
            output.extend([IAC, answer, option]);
        }
    }
}

fn index(option: u8) -> Option<usize> {
    OPTIONS.iter().position(|known| *known == option)
}
