//! `offhook modems`: the makes of modem that ship, or the file of one, to begin one's own from.

use clap::Args;

use super::{WRONG_INPUT, complain, say};
use crate::personality;
use crate::scenario::Style;

#[derive(Debug, Args)]
pub(super) struct Modems {
    /// Prints the file of this make: a name that ships, or a path, which is checked besides
    #[arg(value_name = "MAKE")]
    make: Option<String>,
}

pub(super) fn main(modems: &Modems) -> u8 {
    let Some(make) = &modems.make else {
        say(&list());
        return 0;
    };
    let shipped = personality::shipped().find(|(name, _)| name == make);
    match (shipped, personality::load(make)) {
        (Some((_, text)), Ok(_)) => say(text),
        (None, Ok(read)) => say(&format!("{}: {}: read without a mistake\n", make, read.title)),
        (_, Err(errors)) => {
            complain(&errors.render(Style::of(&std::io::stderr())));
            return WRONG_INPUT;
        }
    }
    0
}

/// Names and titles, one a line.
fn list() -> String {
    let width = personality::shipped().map(|(name, _)| name.len()).max().unwrap_or_default();
    let line = |(name, _)| format!("{name:<width$}  {}\n", personality::title(name));
    personality::shipped().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_make_has_a_line_with_its_title() {
        let list = list();
        assert_eq!(list.lines().count(), personality::shipped().count());
        assert!(list.starts_with("generic         Any modem by V.250\n"), "{list}");
        assert!(list.lines().all(|line| line.split("  ").count() > 1), "{list}");
    }
}
