//! What only offhook's own caller does: a real program that calls does as it was written.

use super::{Progress, contradiction};
use offhook_base::Span;
use offhook_scenario::{ClientProgram, Verb};
use offhook_schema::Problem;
use offhook_telephony::trace::End;

impl Progress<'_> {
    /// Why a verb can be said of a program alone, if none calls.
    pub(super) fn only_of_a_program(&self, verb: &Verb, span: Span) -> Option<Problem> {
        let (Verb::ExpectLog { of: End::Caller, .. } | Verb::ExpectNoLog { of: End::Caller, .. }, None) =
            (verb, self.program)
        else {
            return None;
        };
        let message = format!("`{}` of the caller: offhook's own caller has no log", verb.word());
        Some(contradiction(message, span, "nothing is logged").help("remove of=, or let a program call: with=\"pppd\""))
    }

    /// Why a verb cannot be said of a program, if one calls.
    pub(super) fn not_of_a_program(&self, verb: &Verb, span: Span) -> Option<Problem> {
        let name = self.program?.program.name();
        let (why, help) = match verb {
            Verb::ExpectWins { .. } | Verb::ExpectDns { .. } if self.program?.program == ClientProgram::Own => {
                ("tells nothing of name servers", "remove it, or let pppd call: with=\"pppd\"")
            }
            Verb::Ring { .. } => {
                ("gives up when its modem does", "set how long it waits with S7: chat \"\" \"ATS7=60\" \"OK\" ...")
            }
            Verb::Ppp(_) => ("begins PPP by itself", "`expect-address` waits until the network is up"),
            Verb::Login { .. } | Verb::ExpectLogin { .. } | Verb::Type { .. } => (
                "types what its chat script says",
                "add to the call: chat ... \"ogin:\" \"alice\" \"word:\" \"secret\"",
            ),
            Verb::ExpectCompression { .. } => {
                ("agrees with the server by itself", "use `expect-log` of=\"caller\", or remove with=")
            }
            Verb::Send { .. } => ("sends what it decides to", "remove it, or remove with="),
            Verb::Resolve { .. } | Verb::Transfer(_) => {
                ("resolves and fetches nothing", "use `ping` to show that packets cross, or remove with=")
            }
            _ => return None,
        };
        let message = format!("`{}` is for offhook's own caller: {name} {why}", verb.word());
        Some(contradiction(message, span, "not for a program").help(help))
    }
}
