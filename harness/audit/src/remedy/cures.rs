//! The remedies that need no decision of a person, one function for each kind.
//!
//! In go a finding and the files; the files are changed, or `None`: this remedy does not fit here, and a person has to look.

use super::draft::Draft;
use crate::Finding;
use crate::registry::{Rule, accounts, addresses, auth, caller_id, files, login, mgetty, options, ports, programs};
use crate::registry::{reach, serving};

mod init;
mod mgettys;
mod pppd;
mod secrets;

/// Mends what a finding is about.
pub(super) type Cure = fn(&Finding, &mut Draft) -> Option<()>;

/// What mends the findings of each rule, where that is always the same.
const CURES: &[(&Rule, Cure)] = &[
    (&ports::NO_PORT, init::uncomment),
    (&ports::PORT_TWICE, init::remove_entry),
    (&ports::INITTAB_ID_TWICE, init::other_id),
    (&ports::INITTAB_REFUSED, init::other_id),
    (&programs::INITTAB_UNENDED, init::end),
    (&ports::PORT_SPEED, init::speed),
    (&ports::PORT_NOT_KEPT, init::keep),
    (&ports::START_LIMIT, init::no_limit),
    (&ports::RESTART_PAUSE, init::short_pause),
    (&ports::DOS_LINE_ENDS, init::line_ends),
    (&programs::PPPD_DETACHES, init::nodetach),
    (&programs::PPPD_STARTS_OVER, init::passive),
    (&mgetty::MGETTY_KEY, mgettys::key),
    (&mgetty::MGETTY_MODE, mgettys::key),
    (&mgetty::MGETTY_SECTION_PATH, mgettys::section),
    (&caller_id::RULE_DEAD, mgettys::rule_first),
    (&caller_id::RULE_IDLE, mgettys::line_away),
    (&caller_id::CALLER_ID_TOO_EARLY, mgettys::later),
    (&caller_id::RULE_LONE_BANG, mgettys::joined_bang),
    (&caller_id::RULE_COMMENT, mgettys::comment_above),
    (&caller_id::RULE_NO_NUMBER, mgettys::number),
    (&login::LOGIN_CONFIG_IGNORED, mgettys::private),
    (&login::AUTOPPP_SHADOWED, mgettys::autoppp_first),
    (&login::AUTOPPP_OFF, mgettys::autoppp),
    (&login::LOGIN_SHORT, mgettys::line_away),
    (&login::LOGIN_PROGRAM, mgettys::utmp),
    (&serving::PPPD_USER, mgettys::root),
    (&auth::NO_AUTH, pppd::ask),
    (&auth::NOAUTH_UNDOES_AUTH, pppd::ask),
    (&auth::AUTH_OVERRULED, pppd::overruled),
    (&auth::ALLOW_IP, pppd::allow_ip),
    (&auth::NULL_LOGIN, secrets::nobody),
    (&accounts::ACCOUNT_NO_ADDRESS, secrets::any_address),
    (&accounts::SERVER_EMPTY, secrets::any_server),
    (&accounts::ACCOUNT_TWICE, mgettys::line_away),
    (&addresses::NETMASK_ODD, pppd::netmask),
    (&addresses::DNS_MANY, pppd::dns_too_many),
    (&reach::NO_IP, pppd::no_ip),
    (&reach::CALLER_PICKS, pppd::caller_picks),
    (&reach::SERVER_ADDRESS, pppd::server_address),
    (&reach::DNS_ODD, pppd::dns_odd),
    (&options::OPTION_UNKNOWN, pppd::unknown),
    (&options::OPTION_VERSION, pppd::unknown_to_version),
    (&options::OPTIONS_FILE_CIRCLE, pppd::circle),
    (&options::OPTIONS_FILE_UNREAD, pppd::file_name),
    (&options::LOCAL_ON_MODEM, pppd::modem),
    (&options::IDLE_ZERO, pppd::idle),
    (&serving::PERSIST, pppd::persist),
    (&serving::WAITS, pppd::waits),
    (&serving::DEMAND, pppd::demand),
    (&serving::PAST_THE_CALLER, pppd::past_the_caller),
    (&serving::CONNECT, pppd::connect),
    (&serving::ECHO_HALF, pppd::echoes),
    (&serving::DEFAULT_ROUTE, pppd::default_route),
    (&files::SECRETS_OPEN, secrets::private),
];

/// What mends that finding.
pub(super) fn of(finding: &Finding) -> Option<Cure> {
    CURES.iter().find(|(rule, _)| **rule == *finding.rule).map(|(_, cure)| *cure)
}

/// Whether its findings are mended without a person.
#[cfg(test)]
pub(super) fn has(rule: &Rule) -> bool {
    CURES.iter().any(|(known, _)| **known == *rule)
}
