//! The packet service of a mobile network: `+CGDATA` (3GPP TS 27.007 §10.1.12) is `D*99***n#` (§10.2.1.1) by another name.
//!
//! In: what `+CGDATA` is given. Out: a number that is dialled; whoever switches calls knows what it leads to. What follows
//! CONNECT is PPP, and when that is over NO CARRIER.

use super::Modem;
use super::execute::Done;
use super::result_code::ResultCode;
use super::syntax::ExtendedAction;
use offhook_clock::Instant;

/// Enters data state.
const ENTER_DATA_STATE: &str = "+CGDATA";

impl Modem {
    /// A command of the packet service; `None`: it is another, or the modem is not wireless.
    pub(super) fn packet_command(&mut self, now: Instant, name: &str, action: &ExtendedAction) -> Option<Done> {
        let is_one = self.config.personality.wireless && name == ENTER_DATA_STATE;
        is_one.then(|| self.enter_data_state(now, action))
    }

    /// `+CGDATA[="PPP"[,cid]]`. What follows it on the command line is not processed.
    fn enter_data_state(&mut self, now: Instant, action: &ExtendedAction) -> Done {
        match action {
            ExtendedAction::Test => {
                self.information(&[format!("{ENTER_DATA_STATE}: (\"PPP\")")]);
                Done::Next
            }
            ExtendedAction::Execute => self.dial_command(now, "*99#"),
            ExtendedAction::Set(values) => match number(values) {
                Some(number) => self.dial_command(now, &number),
                None => Done::Final(ResultCode::Error),
            },
            ExtendedAction::Read => Done::Final(ResultCode::Error),
        }
    }
}

/// The number of a layer 2 protocol, which has to be PPP, and a context.
fn number(values: &[String]) -> Option<String> {
    let protocol = values.first().map(|value| value.trim_matches('"'));
    if !protocol.is_none_or(|protocol| protocol.is_empty() || protocol.eq_ignore_ascii_case("PPP")) {
        return None;
    }
    match values.get(1).map(String::as_str) {
        None | Some("") => Some("*99#".to_owned()),
        Some(context) if context.bytes().all(|octet| octet.is_ascii_digit()) => Some(format!("*99***{context}#")),
        Some(_) => None,
    }
}
