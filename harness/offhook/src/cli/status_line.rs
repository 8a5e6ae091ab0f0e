//! A line at the bottom of a terminal that is drawn over and over, and taken away without leaving anything behind.
//!
//! In: a text narrower than the terminal, and the columns the terminal has now. Out: what to write to the terminal. A
//! terminal that was made narrower meanwhile has broken the line into several rows (most do); all of them are taken away.

/// What is drawn now.
#[derive(Debug, Default)]
pub(super) struct StatusLine {
    /// Columns of it; 0 if there is nothing.
    drawn: usize,
}

impl StatusLine {
    /// Draws `text`, in place of what was there.
    pub(super) fn draw(&mut self, text: &str, columns: usize) -> String {
        let erased = self.erase(columns);
        self.drawn = offhook_report::text::width(text);
        erased + text
    }

    /// Takes it away. The cursor then stands where the line began.
    pub(super) fn erase(&mut self, columns: usize) -> String {
        let above = std::mem::take(&mut self.drawn).checked_sub(1).map(|last| last / columns.max(1));
        // CR, cursor up, and erase to the end of the screen (ECMA-48).
        above.map_or_else(String::new, |above| format!("\r{}\x1b[J", "\x1b[A".repeat(above)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rows of a terminal of that many columns after `text` was written to it, without empty ones.
    fn rows(columns: u16, text: &str) -> Vec<String> {
        let mut terminal = vt100::Parser::new(10, columns, 0);
        terminal.process(text.replace('\n', "\r\n").as_bytes());
        terminal.screen().rows(0, columns).filter(|row| !row.is_empty()).collect()
    }

    #[test]
    fn a_shorter_line_leaves_nothing_of_a_longer_one() {
        let mut line = StatusLine::default();
        let text = "before\n".to_owned() + &line.draw("12 of 710 done", 60) + &line.draw("13 done", 60);
        assert_eq!(rows(60, &text), ["before", "13 done"]);
    }

    #[test]
    fn what_is_erased_makes_room_for_lines_that_stay() {
        let mut line = StatusLine::default();
        let text = line.draw("12 of 710 done", 60) + &line.erase(60) + "ok    a\n" + &line.draw("13 of 710 done", 60);
        assert_eq!(rows(60, &text), ["ok    a", "13 of 710 done"]);
        assert_eq!(rows(60, &(text + &line.erase(60))), ["ok    a"]);
        assert_eq!(line.erase(60), "", "nothing is there to be taken away");
    }

    #[test]
    fn a_terminal_made_narrower_keeps_no_scrap() {
        let mut line = StatusLine::default();
        // 50 columns drawn on 60 are, on 20, three rows.
        line.draw(&"x".repeat(50), 60);
        let broken = format!("before\n{}", "x".repeat(50));
        assert_eq!(rows(20, &(broken + &line.draw("13 done", 20))), ["before", "13 done"]);
    }
}
