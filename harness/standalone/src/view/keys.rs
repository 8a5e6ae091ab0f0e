//! Keys: from the octets that a terminal sends for them, and what they mean. Arrows choose a line, `h` hangs it up, `?`
//! shows help, `q` ends.
//!
//! In: octets, as they are read. Out: [`Key`]s, and from them [`Act`]s. The sequences are those of ECMA-48 and of
//! xterm's cursor keys, in both of their modes, and of the Linux console and rxvt for Home and End.

/// A key that means something here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// A letter or sign.
    Char(char),
    /// Control-C, which is no signal in raw mode.
    Interrupt,
    /// Arrow up.
    Up,
    /// Arrow down.
    Down,
    /// Home.
    Home,
    /// End.
    End,
}

/// Makes keys of octets. What a read cut in two is one key all the same.
#[derive(Debug, Default)]
pub(super) struct Decoder {
    stage: Stage,
}

#[derive(Debug, Default, PartialEq, Eq)]
enum Stage {
    #[default]
    Plain,
    /// After an ESC.
    Escape,
    /// After ESC and `[` or `O`: the number that has come since, if it is the only one.
    Sequence(Option<u16>),
}

impl Decoder {
    /// The next octet; the key that it ends, if that means anything here.
    pub(super) fn take(&mut self, octet: u8) -> Option<Key> {
        const ESCAPE: u8 = 0x1b;
        match std::mem::take(&mut self.stage) {
            _ if octet == ESCAPE => self.stage = Stage::Escape,
            Stage::Escape if matches!(octet, b'[' | b'O') => self.stage = Stage::Sequence(Some(0)),
            Stage::Sequence(number) => match octet {
                b'0'..=b'9' => {
                    let digit = u16::from(octet - b'0');
                    let more = number.and_then(|number| number.checked_mul(10)?.checked_add(digit));
                    self.stage = Stage::Sequence(more);
                }
                // Further parameters tell what was held down besides: not a key of ours.
                0x20..=0x3f => self.stage = Stage::Sequence(None),
                b'A' if number.is_some() => return Some(Key::Up),
                b'B' if number.is_some() => return Some(Key::Down),
                b'H' if number.is_some() => return Some(Key::Home),
                b'F' if number.is_some() => return Some(Key::End),
                b'~' => {
                    return match number {
                        Some(1 | 7) => Some(Key::Home),
                        Some(4 | 8) => Some(Key::End),
                        _ => None,
                    };
                }
                _ => {}
            },
            // With Alt held down, or after a lone ESC: the key as it is.
            Stage::Plain | Stage::Escape => match octet {
                0x03 => return Some(Key::Interrupt),
                0x20..=0x7e => return Some(Key::Char(char::from(octet))),
                _ => {}
            },
        }
        None
    }
}

/// What a key asks for that the view cannot do by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// The modem of this line goes on hook.
    HangUp(usize),
    /// The end.
    Quit,
}

/// What is looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// The line, from 0.
    pub line: usize,
    /// Whether the help is shown.
    pub help: bool,
}

impl Selection {
    /// A key was pressed; there are so many lines.
    pub fn press(&mut self, key: Key, lines: usize) -> Option<Act> {
        let last = lines.saturating_sub(1);
        match key {
            Key::Interrupt => return Some(Act::Quit),
            // Whatever is pressed, the help goes away; what it hides must not be acted upon.
            _ if self.help => self.help = false,
            Key::Up | Key::Char('k') => self.line = self.line.saturating_sub(1),
            Key::Down | Key::Char('j') => self.line = (self.line + 1).min(last),
            Key::Home => self.line = 0,
            Key::End => self.line = last,
            Key::Char('h') if lines > 0 => return Some(Act::HangUp(self.line)),
            Key::Char('?') => self.help = true,
            Key::Char('q') => return Some(Act::Quit),
            Key::Char(_) => {}
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(selection: &mut Selection, key: Key) -> Option<Act> {
        selection.press(key, 3)
    }

    fn keys(octets: &str) -> Vec<Key> {
        let mut decoder = Decoder::default();
        octets.bytes().filter_map(|octet| decoder.take(octet)).collect()
    }

    #[test]
    fn both_modes_of_the_cursor_keys_and_three_makers_homes_and_ends_are_known() {
        assert_eq!(keys("\x1b[A\x1bOA\x1b[B\x1bOB"), [Key::Up, Key::Up, Key::Down, Key::Down]);
        assert_eq!(keys("\x1b[H\x1bOH\x1b[1~\x1b[7~"), [Key::Home; 4]);
        assert_eq!(keys("\x1b[F\x1bOF\x1b[4~\x1b[8~"), [Key::End; 4]);
    }

    #[test]
    fn a_sequence_of_another_key_is_no_key_and_no_letters() {
        assert_eq!(keys("\x1b[1;5A\x1b[15~\x1b[99999999~\x1b[?1;2c\x1bOP"), []);
        assert_eq!(keys("\x1b[3~q"), [Key::Char('q')]);
        assert_eq!(keys("\x1b\x1b[A\x1bq\x03"), [Key::Up, Key::Char('q'), Key::Interrupt]);
    }

    #[test]
    fn arrows_stay_within_the_lines_and_h_hangs_up_the_chosen_one() {
        let mut selection = Selection::default();
        press(&mut selection, Key::Up);
        assert_eq!(selection.line, 0);
        for _ in 0..5 {
            press(&mut selection, Key::Down);
        }
        assert_eq!(press(&mut selection, Key::Char('h')), Some(Act::HangUp(2)));
        assert_eq!(press(&mut selection, Key::Char('q')), Some(Act::Quit));
    }

    #[test]
    fn under_the_help_nothing_is_hung_up_by_mistake() {
        let mut selection = Selection::default();
        press(&mut selection, Key::Char('?'));
        assert_eq!(press(&mut selection, Key::Char('h')), None);
        assert!(!selection.help);
    }

    #[test]
    fn control_c_ends_in_raw_mode_too() {
        assert_eq!(Selection::default().press(Key::Interrupt, 0), Some(Act::Quit));
    }
}
