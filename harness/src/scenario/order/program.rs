//! What only offhook's own caller does: a real program that calls does as it was written.

use super::super::problem::Problem;
use super::super::{Span, Verb};
use super::{Progress, contradiction};

impl Progress<'_> {
    /// Why a verb cannot be said of a program, if one calls.
    pub(super) fn not_of_a_program(&self, verb: &Verb, span: Span) -> Option<Problem> {
        let name = self.program?.program.name();
        let (why, help) = match verb {
            Verb::Ring { .. } => {
                ("gives up when its modem does", "S7 is how long it waits: chat \"\" \"ATS7=60\" \"OK\" ...")
            }
            Verb::Ppp(_) => ("begins PPP by itself", "`expect-address` waits until the network is up"),
            Verb::Login { .. } | Verb::ExpectLogin { .. } | Verb::Type { .. } => {
                ("types what its chat script says", "in the call: chat ... \"ogin:\" \"alice\" \"word:\" \"secret\"")
            }
            Verb::Send { .. } => ("sends what it likes", "leave it out, or leave out with="),
            Verb::Resolve { .. } | Verb::Transfer(_) => {
                ("is no resolver and fetches nothing", "`ping` shows that packets cross; or leave out with=")
            }
            _ => return None,
        };
        let message = format!("`{}` is for offhook's own caller: {name} {why}", verb.word());
        Some(contradiction(message, span, "not of a program").help(help))
    }
}
