//! V.250 §6.1: what the modem says it is: the generic modem, or what its personality has instead.
//!
//! mgetty asks `ATI` to find out about fax abilities: a text it does not know, not all digits, makes it try
//! `+FCLASS=2.0` and `+FCLASS=2`, and with an error to both it uses the modem for data.

use super::ModemConfig;
use super::syntax::ExtendedAction;

const VERSION: &str = env!("CARGO_PKG_VERSION");
/// The highest `I` that the generic modem answers.
const LAST: u32 = 11;

/// The figures of the last call, as `I6` gives them: what US Robotics' I6 and Conexant's &V1 tell, in V.24's and V.250's words.
const LAST_CALL: &[&str] = &[
    "LAST CALL",
    "Duration            {duration}",
    "Octets sent         {sent}",
    "Octets received     {received}",
    "Octets lost         {lost}",
    "Modulation          {modulation}",
    "Rate sent           {transmit}",
    "Rate received       {receive}",
    "Error control       {protocol}",
    "Compression         {compression}",
    "Retrains requested  {retrains-requested}",
    "Retrains granted    {retrains-granted}",
    "Ended by            {reason}",
];

/// The text of `I0` and so on (§6.1.3), its fields not filled: by the makers' common use I3 is the revision, I4 what is set, I6
/// the last call, I7 what the modem is; all others are the model. `None`: there is no such one.
pub(super) fn identification(number: u32, config: &ModemConfig) -> Option<Vec<String>> {
    let own = u8::try_from(number).ok().and_then(|number| config.personality.information.get(&number));
    if let Some(lines) = own {
        return Some(lines.clone());
    }
    let texts = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect();
    Some(match number {
        3 => vec![revision(config)],
        4 => texts(&[
            "SETTINGS OF {title}",
            "PORT {dte}  DIAL {method}  {hook}",
            "{settings:12}",
            "{registers:8}",
            "LAST DIALLED {last-dialled}",
        ]),
        6 => texts(LAST_CALL),
        7 => texts(&[
            "{title}",
            concat!("offhook ", env!("CARGO_PKG_VERSION")),
            "Modulation         V.21 V.22 V.22bis V.32 V.32bis V.34 V.90",
            "Error control      V.42",
            "Compression        none (+DS is taken without effect)",
            "Profiles stored    2",
        ]),
        0..=LAST => vec![model(config)],
        _ => return None,
    })
}

/// The text of an identification command of extended syntax (§6.1.4 to §6.1.9), `None` if it is none. A name with `?`,
/// `+FMFR?`, answers when it is read, one with `=?` when it is asked for its values, one without when it is executed.
pub(super) fn extended(name: &str, action: &ExtendedAction, config: &ModemConfig) -> Option<String> {
    let identity = &config.personality.identity;
    let read = format!("{name}?");
    if let (ExtendedAction::Read, Some(text)) = (action, identity.get(&read)) {
        return Some(text.clone());
    }
    if *action == ExtendedAction::Read {
        return None;
    }
    // What can be read exists, and takes no values that could be told.
    if let (ExtendedAction::Test, Some(text)) = (action, identity.get(&format!("{name}=?"))) {
        return Some(text.clone());
    }
    if *action == ExtendedAction::Test && identity.contains_key(&read) {
        return Some(String::new());
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

pub(super) fn model(config: &ModemConfig) -> String {
    let personality = &config.personality;
    if personality.name.is_empty() { config.identification.clone() } else { personality.title.clone() }
}

fn revision(config: &ModemConfig) -> String {
    format!("{} {VERSION}", model(config))
}
