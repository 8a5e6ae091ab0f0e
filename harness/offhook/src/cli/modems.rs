//! `offhook modems`: the modem models that ship, or the file of one, to begin one's own from.

use clap::Args;

use super::{WRONG_INPUT, complain, say};
use offhook_language::model;
use offhook_schema::Style;

#[derive(Debug, Args)]
pub(super) struct Modems {
    /// Print the file of this model: a name that ships, or the path of your own, which is checked
    #[arg(value_name = "MODEL")]
    model: Option<String>,
}

pub(super) fn main(modems: &Modems) -> u8 {
    let Some(model) = &modems.model else {
        say(&list());
        return 0;
    };
    let shipped = model::shipped().find(|(name, _)| name == model);
    match (shipped, model::load(model)) {
        (Some((_, text)), Ok(_)) => say(text),
        (None, Ok(read)) => say(&format!("{}: {}: no mistakes\n", model, read.title)),
        (_, Err(errors)) => {
            complain(&errors.render(Style::of(&std::io::stderr())));
            return WRONG_INPUT;
        }
    }
    0
}

/// Names and titles, one a line.
fn list() -> String {
    let width = model::shipped().map(|(name, _)| name.len()).max().unwrap_or_default();
    let line = |(name, _)| format!("{name:<width$}  {}\n", model::title(name));
    model::shipped().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_model_has_a_line_with_its_title() {
        let list = list();
        assert_eq!(list.lines().count(), model::shipped().count());
        assert!(list.starts_with("generic         Any modem by V.250\n"), "{list}");
        assert!(list.lines().all(|line| line.split("  ").count() > 1), "{list}");
    }
}
