//! A server's `/etc` while it is being mended: lines replaced, removed and added, options taken out, modes set.
//!
//! In goes an [`Etc`]; every change answers `None` where it does not fit what is there, and then nothing has changed. Lines
//! are counted from 1, as in a [`Place`]. Files whose octets are no UTF-8 are left alone.

use offhook_etc::read::option_table::{Takes, row};
use offhook_etc::read::words::{Word, words};
use offhook_etc::source::Place;
use offhook_etc::{Content, Etc, RawFile};

/// The files as they are to be.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    /// All of them.
    pub(super) etc: Etc,
}

impl Draft {
    /// The text of a file, links followed.
    pub(super) fn text(&self, path: &str) -> Option<String> {
        match &self.etc.file(path)?.content {
            Content::File(octets) => String::from_utf8(octets.clone()).ok(),
            Content::Link(_) => None,
        }
    }

    /// Its lines, without their ends.
    fn lines(&self, path: &str) -> Option<Vec<String>> {
        Some(self.text(path)?.split('\n').map(str::to_owned).collect())
    }

    fn file(&mut self, path: &str) -> Option<&mut RawFile> {
        let real = self.etc.file(path)?.path.clone();
        self.etc.files.iter_mut().find(|file| file.path == real)
    }

    /// Another text for a file that is there.
    pub(super) fn write(&mut self, path: &str, text: &str) -> Option<()> {
        self.file(path)?.content = Content::File(text.as_bytes().to_vec());
        Some(())
    }

    /// The line there.
    pub(super) fn line(&self, place: &Place) -> Option<String> {
        self.lines(&place.file)?.into_iter().nth(place.line?.checked_sub(1)?)
    }

    fn splice(&mut self, place: &Place, removed: usize, new: &[&str]) -> Option<()> {
        let mut lines = self.lines(&place.file)?;
        let at = place.line?.checked_sub(1)?;
        if at + removed > lines.len() {
            return None;
        }
        lines.splice(at..at + removed, new.iter().map(|&line| line.to_owned()));
        self.write(&place.file, &lines.join("\n"))
    }

    /// Other text for the line there.
    pub(super) fn replace(&mut self, place: &Place, line: &str) -> Option<()> {
        self.splice(place, 1, &[line])
    }

    /// What `change` makes of the line there.
    pub(super) fn edit(&mut self, place: &Place, change: impl FnOnce(&str) -> Option<String>) -> Option<()> {
        let line = self.line(place)?;
        let new = change(&line).filter(|new| *new != line)?;
        self.replace(place, &new)
    }

    /// Without the line there.
    pub(super) fn remove(&mut self, place: &Place) -> Option<()> {
        self.splice(place, 1, &[])
    }

    /// A line above the one there.
    pub(super) fn insert(&mut self, place: &Place, line: &str) -> Option<()> {
        self.splice(place, 0, &[line])
    }

    /// A line at the end of a file.
    pub(super) fn append(&mut self, path: &str, line: &str) -> Option<()> {
        let text = self.text(path)?;
        let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
        self.write(path, &format!("{text}{end}{line}\n"))
    }

    /// Belongs to root, with that mode.
    pub(super) fn private(&mut self, path: &str) -> Option<()> {
        let file = self.file(path)?;
        (file.uid, file.mode) = (0, 0o600);
        Some(())
    }

    /// The file has another name, if no other has it.
    pub(super) fn rename(&mut self, path: &str, new: &str) -> Option<()> {
        if self.etc.files.iter().any(|file| file.path == new) {
            return None;
        }
        self.etc.files.iter_mut().find(|file| file.path == path)?.path = new.to_owned();
        self.etc.files.sort_by(|a, b| a.path.cmp(&b.path));
        Some(())
    }

    /// Without that option of pppd, and its parameter, on the line there.
    pub(super) fn remove_option(&mut self, place: &Place, name: &str) -> Option<()> {
        self.options_where(place, |option| option == name, None)
    }

    /// Another name for that option there; it keeps its parameter.
    pub(super) fn rename_option(&mut self, place: &Place, name: &str, new: &str) -> Option<()> {
        self.options_where(place, |option| option == name, Some(new))
    }

    /// Without the options for which `unwanted` holds, or with `new` as their name.
    pub(super) fn options_where(
        &mut self,
        place: &Place,
        unwanted: impl Fn(&str) -> bool,
        new: Option<&str>,
    ) -> Option<()> {
        // The words of a command line: a part of one line of a file that pppd does not read.
        if !place.file.starts_with("/etc/ppp/") {
            return self.edit(place, |line| on_command_line(line, &unwanted, new));
        }
        let text = self.text(&place.file)?;
        let mut found = false;
        let mut rest = text.clone();
        // From the end, so that what stands before stays where it is.
        for words in options(&words(text.as_bytes())).into_iter().rev() {
            let [first, ..] = words else { continue };
            if Some(first.line) != place.line || !unwanted(&first.text) {
                continue;
            }
            found = true;
            match (new, words.last()) {
                (Some(new), _) => rest.replace_range(first.span.clone(), new),
                (None, Some(last)) => cut(&mut rest, first.span.start, last.span.end),
                (None, None) => {}
            }
        }
        if !found {
            return None;
        }
        self.write(&place.file, &rest)
    }
}

/// Each option with its parameter.
fn options(words: &[Word]) -> Vec<&[Word]> {
    let (mut all, mut rest) = (Vec::new(), words);
    while let [first, ..] = rest {
        let takes = row(&first.text).is_some_and(|row| row.takes != Takes::Nothing);
        let (option, others) = rest.split_at(rest.len().min(1 + usize::from(takes)));
        all.push(option);
        rest = others;
    }
    all
}

/// Cuts those octets out, and the whole line if nothing else is on it.
fn cut(text: &mut String, from: usize, to: usize) {
    let begin = text[..from].rfind('\n').map_or(0, |end| end + 1);
    let end = text[to..].find('\n').map_or(text.len(), |end| to + end + 1);
    if text[begin..from].trim().is_empty() && text[to..end].trim().is_empty() {
        text.replace_range(begin..end, "");
    } else {
        // One blank is left of those on both sides.
        let blanks = text[to..].len() - text[to..].trim_start_matches([' ', '\t']).len();
        text.replace_range(from..to + blanks, "");
    }
}

/// The same on a command line, whose words stand between blanks; what comes before pppd is not its own.
fn on_command_line(line: &str, unwanted: impl Fn(&str) -> bool, new: Option<&str>) -> Option<String> {
    let pppd = line.find("pppd")? + "pppd".len();
    let (before, after) = line.split_at(pppd);
    let mut kept = before.to_owned();
    let mut found = false;
    let mut words = after.split(' ');
    let first = words.next().unwrap_or_default();
    kept.push_str(first);
    while let Some(word) = words.next() {
        let takes = row(word).is_some_and(|row| row.takes != Takes::Nothing);
        let parameter = if takes { words.next() } else { None };
        let name = if unwanted(word) {
            found = true;
            let Some(new) = new else { continue };
            new
        } else {
            word
        };
        kept.push(' ');
        kept.push_str(name);
        if let Some(parameter) = parameter {
            kept.push(' ');
            kept.push_str(parameter);
        }
    }
    found.then_some(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(text: &str) -> Draft {
        let files = [("ppp/options", text), ("mgetty/login.config", text)];
        Draft { etc: Etc::of_texts(&files, Vec::new()) }
    }

    #[test]
    fn an_option_goes_with_its_parameter_and_a_line_with_its_last_word() {
        let without = |text: &str, line, name| {
            let mut draft = draft(text);
            let done = draft.remove_option(&Place::line("/etc/ppp/options", line), name);
            done.and_then(|()| draft.text("/etc/ppp/options"))
        };
        assert_eq!(without("auth\npersist\nlock\n", 2, "persist").as_deref(), Some("auth\nlock\n"));
        assert_eq!(without("auth persist lock\n", 1, "persist").as_deref(), Some("auth lock\n"));
        assert_eq!(without("idle\n 30 # five\nlock\n", 1, "idle").as_deref(), Some("# five\nlock\n"));
        assert_eq!(without("connect \"chat -v\" lock\n", 1, "connect").as_deref(), Some("lock\n"));
        assert_eq!(without("ipparam noauth\n", 1, "noauth"), None, "a parameter is no option");
        assert_eq!(without("# noauth\n", 1, "noauth"), None, "a comment is none either");
    }

    #[test]
    fn a_command_line_keeps_what_is_not_pppds_and_parameters_are_no_options() {
        let place = Place::line("/etc/mgetty/login.config", 1);
        let mut draft = draft("/AutoPPP/ noauth a_ppp /usr/sbin/pppd auth noauth ipparam noauth idle 30\n");
        draft.remove_option(&place, "noauth");
        let left = "/AutoPPP/ noauth a_ppp /usr/sbin/pppd auth ipparam noauth idle 30";
        assert_eq!(draft.line(&place).as_deref(), Some(left));
        assert_eq!(draft.remove_option(&place, "persist"), None);
    }

    #[test]
    fn a_change_that_does_not_fit_changes_nothing() {
        let mut draft = draft("auth\n");
        let before = draft.etc.clone();
        assert_eq!(draft.remove(&Place::line("/etc/ppp/options", 9)), None);
        assert_eq!(draft.remove(&Place::file("/etc/ppp/options")), None);
        assert_eq!(draft.append("/etc/ppp/nosuch", "x"), None);
        assert_eq!(draft.rename("/etc/ppp/options", "/etc/mgetty/login.config"), None);
        assert_eq!(draft.etc, before);
    }
}
