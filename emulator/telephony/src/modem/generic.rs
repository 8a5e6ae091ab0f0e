//! V.250 §6.1: what the modem says it is: the generic modem, or what its personality has instead.
//!
//! mgetty asks `ATI` to find out about fax abilities: a text it does not know, not all digits, makes it try
//! `+FCLASS=2.0` and `+FCLASS=2`, and with an error to both it uses the modem for data.

use super::ModemConfig;
use super::syntax::ExtendedAction;

const VERSION: &str = env!("CARGO_PKG_VERSION");
/// The highest `I` that the generic modem answers.
const LAST: u32 = 11;

/// The text of `I0` and so on (§6.1.3): I3 is the revision by the makers' common use, all others the model. `None`: there
/// is no such one.
pub(super) fn identification(number: u32, config: &ModemConfig) -> Option<Vec<String>> {
    let own = u8::try_from(number).ok().and_then(|number| config.personality.information.get(&number));
    if let Some(lines) = own {
        return Some(lines.clone());
    }
    (number <= LAST).then(|| vec![if number == 3 { revision(config) } else { model(config) }])
}

/// The text of an identification command of extended syntax (§6.1.4 to §6.1.9), `None` if it is none. A name with `?`,
/// `+FMFR?`, answers when it is read, one without when it is executed.
pub(super) fn extended(name: &str, action: &ExtendedAction, config: &ModemConfig) -> Option<String> {
    let identity = &config.personality.identity;
    let read = format!("{name}?");
    if let (ExtendedAction::Read, Some(text)) = (action, identity.get(&read)) {
        return Some(text.clone());
    }
    if *action == ExtendedAction::Read {
        return None;
    }
    if let Some(text) = identity.get(name) {
        return Some(text.clone());
    }
    Some(match name {
        "+GMI" => "offhook".into(),
        "+GMM" => model(config),
        "+GMR" => revision(config),
        "+GSN" => "0".into(),
        "+GOI" => "1.3.6.1".into(),
        // Of the sets of commands §6.1.9 lists there are these: modulation, error control and compression can be set.
        "+GCAP" => "+GCAP: +MS,+ES,+DS".into(),
        _ => return None,
    })
}

fn model(config: &ModemConfig) -> String {
    let personality = &config.personality;
    if personality.name.is_empty() { config.identification.clone() } else { personality.title.clone() }
}

fn revision(config: &ModemConfig) -> String {
    format!("{} {VERSION}", model(config))
}
