//! What a modem knows: the generic modem's tables with what its personality adds, changes and refuses.
//!
//! In: the tables of `parameter` and a [`Personality`]. Out: for every S-parameter, single-letter command and extended
//! parameter its factory setting and what it may be set to. Whatever sets, reads or lists one goes by this, so that `=?`
//! can say nothing that `=` does not do.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use super::parameter::{EXTENDED_PARAMETERS, S_PARAMETERS, SETTINGS, Values};
use super::personality::{Personality, ReadForm, Register};

/// A command of a letter, or of a sign and a letter, with a number.
#[derive(Clone, Debug)]
pub(super) struct Setting {
    pub(super) default: u32,
    pub(super) allowed: Vec<RangeInclusive<u32>>,
}

/// An extended parameter.
#[derive(Clone, Debug)]
pub(super) struct Extended {
    pub(super) default: Vec<String>,
    /// What each of its values may be; fewer than values: the rest may be anything.
    pub(super) allowed: Vec<Values>,
    /// The answer to `=?`, if it is not made of what is allowed.
    ranges: Option<String>,
    /// Fax commands answer without their name (T.32, T.31 and TIA-578 practice).
    pub(super) bare: bool,
    /// What it says when it is read, if not its values.
    reads: Vec<ReadForm>,
    /// Its first value says which of several settings is meant.
    pub(super) keyed: bool,
}

/// All that a modem knows.
#[derive(Clone, Debug)]
pub(super) struct CommandSet {
    pub(super) registers: BTreeMap<u8, Register>,
    pub(super) settings: BTreeMap<String, Setting>,
    pub(super) extended: BTreeMap<String, Extended>,
    /// Names that are another's.
    aliases: BTreeMap<String, String>,
    refused: Vec<String>,
}

impl CommandSet {
    /// The generic modem's, as a personality has it.
    pub(super) fn new(personality: &Personality) -> Self {
        let mut registers: BTreeMap<u8, Register> = S_PARAMETERS
            .iter()
            .map(|p| (p.number, Register { number: p.number, default: p.default, range: p.range.clone(), bits: false }))
            .collect();
        registers.extend(personality.registers.iter().map(|register| (register.number, register.clone())));
        let mut settings: BTreeMap<String, Setting> = SETTINGS
            .iter()
            .map(|s| (s.name.to_owned(), Setting { default: s.default, allowed: s.allowed.to_vec() }))
            .collect();
        for (name, allowed) in &personality.commands {
            let default = allowed.first().map_or(0, |range| *range.start());
            let known = settings.entry(name.clone()).or_insert(Setting { default, allowed: Vec::new() });
            known.allowed.clone_from(allowed);
        }
        for (name, value) in &personality.factory {
            let known = settings.entry(name.clone()).or_insert(Setting { default: *value, allowed: Vec::new() });
            known.default = *value;
            if !allows(&known.allowed, *value) {
                known.allowed.push(*value..=*value);
            }
        }
        let mut extended: BTreeMap<String, Extended> = EXTENDED_PARAMETERS
            .iter()
            .map(|p| {
                let default = p.default.iter().map(|value| (*value).to_owned()).collect();
                let allowed = p.allowed.to_vec();
                let own = Extended { default, allowed, ranges: None, bare: p.bare, reads: Vec::new(), keyed: false };
                (p.name.to_owned(), own)
            })
            .collect();
        let mut aliases = BTreeMap::from([("#CID".to_owned(), "+VCID".to_owned())]);
        for own in &personality.extended {
            if let Some(other) = &own.same_as {
                aliases.insert(own.name.clone(), other.clone());
                continue;
            }
            // Whoever defines the other name's parameter means that one.
            aliases.remove(&own.name);
            let default = own.default.split(',').map(|value| value.trim().to_owned()).collect();
            let allowed = own.allowed.iter().map(|ranges| Values::Owned(ranges.clone())).collect();
            let ranges = (!own.ranges.is_empty()).then(|| own.ranges.clone());
            let bare = own.name.starts_with("+F");
            let (reads, keyed) = (own.reads.clone(), own.keyed);
            extended.insert(own.name.clone(), Extended { default, allowed, ranges, bare, reads, keyed });
        }
        if let Some(form) = &personality.caller_id {
            let value = if form.on { form.formatted } else { 0 };
            let number = form.switch.strip_prefix('S').and_then(|number| number.parse::<u8>().ok());
            let known = aliases.get(&form.switch).unwrap_or(&form.switch);
            if let Some(register) = number.and_then(|number| registers.get_mut(&number)) {
                register.default = u8::try_from(value).unwrap_or(u8::MAX);
            } else if let Some(first) = extended.get_mut(known).and_then(|p: &mut Extended| p.default.first_mut()) {
                *first = value.to_string();
            }
        }
        Self { registers, settings, extended, aliases, refused: personality.refused.clone() }
    }

    /// The name under which an extended parameter is kept.
    pub(super) fn canonical<'a>(&'a self, name: &'a str) -> &'a str {
        self.aliases.get(name).map_or(name, String::as_str)
    }

    /// Whether the modem does not take this command though others do.
    pub(super) fn refuses(&self, name: &str) -> bool {
        self.refused.iter().any(|refused| {
            let sign = refused.len() == 1 && !refused.starts_with(|c: char| c.is_ascii_alphanumeric());
            refused == name || sign && name.starts_with(refused.as_str())
        })
    }
}

impl Setting {
    pub(super) fn takes(&self, value: u32) -> bool {
        allows(&self.allowed, value)
    }
}

impl Extended {
    /// The answer to `=?`: each value's range in parentheses.
    pub(super) fn ranges(&self) -> String {
        match &self.ranges {
            Some(text) => text.clone(),
            None => {
                let list = |values: &Values| if self.bare { values.list() } else { format!("({})", values.list()) };
                self.allowed.iter().map(list).collect::<Vec<_>>().join(",")
            }
        }
    }

    /// What follows the name when it is read, with these values.
    pub(super) fn read(&self, values: &[String]) -> String {
        let value = |place: usize| place.checked_sub(1).and_then(|index| values.get(index)).map_or("", String::as_str);
        let holds = |form: &&ReadForm| form.when.as_ref().is_none_or(|(place, is)| value((*place).into()) == is);
        match self.reads.iter().find(holds) {
            Some(form) => values
                .iter()
                .zip(1_usize..)
                .fold(form.text.clone(), |text, (value, place)| text.replace(&format!("{{{place}}}"), value)),
            None => values.join(","),
        }
    }

    /// The name under which one of several settings is kept, and its values, `None` if it is to be forgotten.
    pub(super) fn entry(&self, name: &str, values: &[String]) -> Option<(String, Option<Vec<String>>)> {
        let (which, rest) = values.split_first()?;
        let which = self.allowed.first().map_or_else(|| Some(which.clone()), |allowed| allowed.taken(which))?;
        let entry = format!("{name} {which}");
        let values = || [&[which][..], rest].concat();
        Some((entry, (!rest.is_empty()).then(values)))
    }

    /// The values of `=v,v`: those left out stay as they are. `None` if one is not allowed or there are too many.
    pub(super) fn check(&self, values: &[String], present: &[String]) -> Option<Vec<String>> {
        let most = self.allowed.len().max(if self.allowed.is_empty() { values.len() } else { 0 });
        if values.len() > most {
            return None;
        }
        let mut new = present.to_vec();
        new.resize(new.len().max(values.len()), String::new());
        for (place, (value, slot)) in values.iter().zip(&mut new).enumerate() {
            if value.is_empty() {
                continue;
            }
            *slot = match self.allowed.get(place) {
                Some(allowed) => allowed.taken(value)?,
                None => value.clone(),
            };
        }
        Some(new)
    }
}

fn allows(ranges: &[RangeInclusive<u32>], value: u32) -> bool {
    ranges.iter().any(|range| range.contains(&value))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::modem::personality::Extended as Own;

    fn strings(values: &[&str]) -> Vec<String> {
        values.iter().map(|value| (*value).to_owned()).collect()
    }

    #[test]
    fn every_default_is_allowed() {
        let generic = CommandSet::new(&Personality::default());
        for (number, register) in &generic.registers {
            assert!(register.range.contains(&register.default), "S{number}");
        }
        for (name, setting) in &generic.settings {
            assert!(setting.takes(setting.default), "{name}");
        }
        for (name, parameter) in &generic.extended {
            let checked = parameter.check(&parameter.default, &parameter.default);
            assert_eq!(checked.as_ref(), Some(&parameter.default), "{name}");
        }
    }

    #[test]
    fn values_left_out_stay_and_wrong_ones_are_refused() {
        let generic = CommandSet::new(&Personality::default());
        let check = |name: &str, values: &[&str]| {
            let parameter = generic.extended.get(name).unwrap();
            parameter.check(&strings(values), &parameter.default)
        };
        assert_eq!(check("+IFC", &["", "0"]), Some(strings(&["2", "0"])));
        assert_eq!(check("+IFC", &["1"]), Some(strings(&["1", "2"])));
        for wrong in [&["4"][..], &["1", "1", "1"], &["one"]] {
            assert_eq!(check("+IFC", wrong), None);
        }
        assert_eq!(check("+MS", &["v34", "0"]).unwrap()[..2], strings(&["V34", "0"]));
        assert_eq!(check("+MS", &["V61"]), None);
    }

    #[test]
    fn ranges_are_listed_as_they_are_checked() {
        let generic = CommandSet::new(&Personality::default());
        let ranges = |name: &str| generic.extended.get(generic.canonical(name)).unwrap().ranges();
        assert_eq!(
            (ranges("+FCLASS"), ranges("#CID"), ranges("+IFC")),
            ("0".into(), "(0-2)".into(), "(0-3),(0-2)".into())
        );
        assert!(
            ranges("+MS").starts_with("(B103,B212,V21,V22,V22B,V23C,V32,V32B,V34,K56,V90,V92),(0,1),(0,300-56000),"),
            "{}",
            ranges("+MS")
        );
    }

    #[test]
    fn a_personality_adds_changes_renames_and_refuses() {
        let own = |name: &str, same_as: Option<&str>| Own {
            name: name.to_owned(),
            default: "0".to_owned(),
            ranges: "(0-1)".to_owned(),
            allowed: vec![vec![0..=1]],
            same_as: same_as.map(str::to_owned),
            reads: Vec::new(),
            keyed: false,
        };
        let personality = Personality {
            registers: vec![Register { number: 7, default: 60, range: 1..=60, bits: false }],
            factory: [("X".to_owned(), 7), ("&D".to_owned(), 0)].into(),
            commands: [("&H".to_owned(), vec![0..=3])].into(),
            refused: vec!["&V".to_owned(), "#".to_owned()],
            extended: vec![own("+VCID", None), own("-CID", Some("+VCID"))],
            ..Personality::default()
        };
        let made = CommandSet::new(&personality);
        assert_eq!(made.registers.get(&7).map(|register| register.default), Some(60));
        assert!(made.settings.get("&H").is_some_and(|setting| setting.takes(3) && !setting.takes(4)));
        assert!(made.settings.get("X").is_some_and(|setting| setting.default == 7 && setting.takes(7)));
        assert_eq!(made.settings.get("&D").map(|setting| setting.default), Some(0));
        assert_eq!((made.canonical("-CID"), made.extended.get("+VCID").unwrap().ranges()), ("+VCID", "(0-1)".into()));
        assert!(made.refuses("&V") && made.refuses("#CID") && !made.refuses("&F") && !made.refuses("+VCID"));
    }
}
