//! V.250 §6.1: what the modem says it is.
//!
//! mgetty asks `ATI` to find out about fax abilities: a text it does not know, not all digits, makes it try
//! `+FCLASS=2.0` and `+FCLASS=2`, and with an error to both it uses the modem for data.

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The text of `I0` to `I9` (§6.1.3): I3 is the revision by the makers' common use, all others the model.
pub(super) fn identification(number: u32, model: &str) -> String {
    if number == 3 { format!("{model} {VERSION}") } else { model.to_owned() }
}

/// The text of an identification command of extended syntax (§6.1.4 to §6.1.9); `None` if it is none.
pub(super) fn extended(name: &str, model: &str) -> Option<String> {
    Some(match name {
        "+GMI" => "offhook".into(),
        "+GMM" => model.into(),
        "+GMR" => VERSION.into(),
        // Of the sets of commands §6.1.9 lists there is none: no fax, no voice, no control of modulation.
        "+GCAP" => "+GCAP:".into(),
        _ => return None,
    })
}
