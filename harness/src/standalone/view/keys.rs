//! What keys mean: arrows choose a line, `h` hangs it up, `?` shows help, `q` ends.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

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
    pub fn press(&mut self, key: KeyEvent, lines: usize) -> Option<Act> {
        if key.kind == KeyEventKind::Release {
            return None;
        }
        let last = lines.saturating_sub(1);
        if key.modifiers.contains(KeyModifiers::CONTROL) {
            return (key.code == KeyCode::Char('c')).then_some(Act::Quit);
        }
        match key.code {
            // Whatever is pressed, the help goes away; what it hides must not be acted upon.
            _ if self.help => self.help = false,
            KeyCode::Up | KeyCode::Char('k') => self.line = self.line.saturating_sub(1),
            KeyCode::Down | KeyCode::Char('j') => self.line = (self.line + 1).min(last),
            KeyCode::Home => self.line = 0,
            KeyCode::End => self.line = last,
            KeyCode::Char('h') if lines > 0 => return Some(Act::HangUp(self.line)),
            KeyCode::Char('?') => self.help = true,
            KeyCode::Char('q') => return Some(Act::Quit),
            _ => {}
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(selection: &mut Selection, code: KeyCode) -> Option<Act> {
        selection.press(KeyEvent::from(code), 3)
    }

    #[test]
    fn arrows_stay_within_the_lines_and_h_hangs_up_the_chosen_one() {
        let mut selection = Selection::default();
        press(&mut selection, KeyCode::Up);
        assert_eq!(selection.line, 0);
        for _ in 0..5 {
            press(&mut selection, KeyCode::Down);
        }
        assert_eq!(press(&mut selection, KeyCode::Char('h')), Some(Act::HangUp(2)));
        assert_eq!(press(&mut selection, KeyCode::Char('q')), Some(Act::Quit));
    }

    #[test]
    fn under_the_help_nothing_is_hung_up_by_mistake() {
        let mut selection = Selection::default();
        press(&mut selection, KeyCode::Char('?'));
        assert_eq!(press(&mut selection, KeyCode::Char('h')), None);
        assert!(!selection.help);
    }

    #[test]
    fn control_c_ends_in_raw_mode_too() {
        let key = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
        assert_eq!(Selection::default().press(key, 0), Some(Act::Quit));
    }
}
