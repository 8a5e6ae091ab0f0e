//! Whether mgetty expects a modem at its port at all.

use crate::read::mgetty_command::Command;
use crate::read::mgetty_config::{self, Values};
use crate::source::{Place, Sourced};

/// Whether mgetty expects no modem, by its command line, which stands at `here`, or by mgetty.config.
pub fn direct(command: &Command, values: &Values, here: &Place) -> Sourced<bool> {
    match values.get("direct") {
        _ if command.direct || command.program.rsplit('/').next() == Some("getty") => {
            Sourced { value: true, place: Some(here.clone()) }
        }
        Some(value) => Sourced { value: mgetty_config::truth(&value.text), place: Some(value.place.clone()) },
        None => Sourced { value: false, place: None },
    }
}
