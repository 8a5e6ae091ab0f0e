//! Errors of a mobile module's functionality: `+CME ERROR` (3GPP TS 27.007 §9.2), as `+CMEE` (§9.1) wants them told; and the commands
//! that are known and whose functionality is not there.
//!
//! In: a command. Out: a final result code in words, or ERROR. Errors of syntax are ERROR always.

use super::Modem;
use super::execute::Done;
use super::result_code::ResultCode;
use super::syntax::ExtendedAction;

/// How errors are told: 0 ERROR, 1 by number, 2 in words (§9.1).
const REPORTS: &str = "+CMEE";
/// The multiplexer (TS 27.007 §5.7, TS 27.010): there is one DTE, and one stream of its octets.
const MULTIPLEXER: &str = "+CMUX";
/// "Operation not supported" (§9.2.1), by number and in words.
const NOT_SUPPORTED: (u32, &str) = (4, "operation not supported");

impl Modem {
    /// A command of which a module knows the name and has not the functionality; `None`: it is another, or the modem reports no such
    /// errors.
    pub(super) fn lacking_command(&mut self, name: &str, action: &ExtendedAction) -> Option<Done> {
        let reports = self.config.personality.wireless && self.command_set.extended.contains_key(REPORTS);
        if !reports || name != MULTIPLEXER || self.command_set.extended.contains_key(name) {
            return None;
        }
        // `+CMUX` alone is no form of it: an error of syntax.
        if *action == ExtendedAction::Execute {
            return Some(Done::Final(ResultCode::Error));
        }
        Some(self.equipment_error(NOT_SUPPORTED))
    }

    /// Ends the command line with this error.
    fn equipment_error(&mut self, (number, words): (u32, &str)) -> Done {
        let report = self.active.extended(REPORTS).first().map(String::as_str);
        let text = match report {
            Some("1") => format!("+CME ERROR: {number}"),
            Some("2") => format!("+CME ERROR: {words}"),
            _ => return Done::Final(ResultCode::Error),
        };
        // It has no number of V.250: with V0 it is said in the same words (§9.2).
        self.result_line(&text);
        Done::Later
    }
}
