//! `&V` (Hayes): the active profile, the stored ones and the stored numbers, as text for people.
//!
//! In: the profiles. Out: lines of at most 72 characters. Commands come in the order of their names, with their
//! numbers; S-parameters as `S00:000`.

use super::profile::Profile;

/// Characters of a line.
const WIDTH: usize = 72;

/// The lines of `&V`; `rings` is S1.
pub(super) fn listing(active: &Profile, stored: &[Profile; 2], numbers: &[(u32, &str)], rings: u8) -> Vec<String> {
    let mut lines = vec!["ACTIVE PROFILE:".to_owned()];
    lines.extend(profile(active, rings));
    for (place, profile_) in stored.iter().enumerate() {
        lines.push(String::new());
        lines.push(format!("STORED PROFILE {place}:"));
        lines.extend(profile(profile_, 0));
    }
    lines.push(String::new());
    lines.push("TELEPHONE NUMBERS:".to_owned());
    lines.extend((0..4).map(|place| {
        let number = numbers.iter().find(|(known, _)| *known == place).map_or("", |(_, number)| number);
        format!("{place}={number}")
    }));
    lines
}

fn profile(profile: &Profile, rings: u8) -> Vec<String> {
    let method = if profile.pulses { "P" } else { "T" };
    let settings = profile.settings().map(|(name, value)| format!("{name}{value}"));
    let registers = profile.registers().map(|(number, value)| {
        let value = if number == super::parameter::RING_COUNT { rings } else { value };
        format!("S{number:02}:{value:03}")
    });
    let mut lines = wrapped(settings.chain([method.to_owned()]));
    lines.extend(wrapped(registers));
    lines
}

fn wrapped(words: impl Iterator<Item = String>) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in words {
        match lines.last_mut() {
            Some(line) if line.len() + 1 + word.len() <= WIDTH => {
                line.push(' ');
                line.push_str(&word);
            }
            _ => lines.push(word),
        }
    }
    lines
}
