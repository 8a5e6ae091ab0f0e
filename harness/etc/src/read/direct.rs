//! Whether what serves a port expects a modem there at all.

use crate::read::mgetty_command::{self, Command};
use crate::read::mgetty_config::{self, Values};
use crate::read::program::Program;
use crate::served::Served;
use crate::source::{Place, Sourced, Tree};

/// Whether what serves a port expects no modem there: nothing of mgetty's, or mgetty that is told so.
pub fn is_direct(tree: &Tree, found: &Served) -> bool {
    let Some(runs) = found.runs.as_ref().filter(|runs| runs.program == Program::Mgetty) else { return true };
    let values = tree.mgetty("mgetty.config").map(|source| mgetty_config::values(&source, &found.device));
    let place = Place::line(&found.file, found.line);
    direct(&mgetty_command::of(&runs.words), &values.unwrap_or_default(), &place).value
}

/// Whether mgetty expects no modem, by its command line, which stands at `here`, or by mgetty.config.
pub fn direct(command: &Command, values: &Values, here: &Place) -> Sourced<bool> {
    match values.get("direct") {
        _ if command.direct => Sourced { value: true, place: Some(here.clone()) },
        Some(value) => Sourced { value: mgetty_config::truth(&value.text), place: Some(value.place.clone()) },
        None => Sourced { value: false, place: None },
    }
}
