//! Every word of the language, as data: a file a part of the language, in the order of the reference.

mod change;
pub(crate) mod choices;
mod client;
mod model;
mod packets;
mod port;
mod ppp;
mod scenario;
pub(crate) mod server;
mod stack;
mod traffic;
mod verbs;

use std::time::Duration;

use offhook_schema::{Absent, Argument, Given, Kind, Property, Vocabulary};

use super::vocabulary::{Edit, ModelPlace, Models, Place, Role, Scenarios, Verb, Word};

/// Every word of a scenario file: first those that describe, then the verbs of a call.
pub static SCENARIOS: Vocabulary<Scenarios> = Vocabulary { places: &Place::ALL, words: &SCENARIO_WORDS };

/// Every word of a model file.
pub static MODELS: Vocabulary<Models> = Vocabulary { places: &ModelPlace::ALL, words: &[model::WORDS] };

const SCENARIO_WORDS: [&[Word]; 10] = [
    stack::WORDS,
    scenario::WORDS,
    port::WORDS,
    server::WORDS,
    ppp::WORDS,
    change::WORDS,
    client::WORDS,
    verbs::WORDS,
    traffic::WORDS,
    packets::WORDS,
];

/// A word that is part of another.
const fn word(name: &'static str, within: &'static [Place], doc: &'static str) -> Word {
    Word::new(name, Role::PART, within, doc)
}

/// A verb of a call.
const fn verb(verb: Verb, name: &'static str, doc: &'static str) -> Word {
    Word { opens: Some(Place::Step), ..Word::new(name, Role::verb(verb), &[Place::Call], doc) }
}

/// An edit that is only one.
const fn edit(edit: Edit, name: &'static str, within: &'static [Place], doc: &'static str) -> Word {
    Word::new(name, Role::edit(edit), within, doc)
}

/// Exactly one argument.
const fn one(name: &'static str, kind: Kind) -> Argument {
    Argument::one(name, kind)
}

/// One argument or none.
const fn maybe(name: &'static str, kind: Kind) -> Argument {
    Argument::maybe(name, kind)
}

/// Any number of arguments, but at least `least`.
const fn many(name: &'static str, kind: Kind, least: usize) -> Argument {
    Argument::many(name, kind, least)
}

/// A property.
const fn property(name: &'static str, kind: Kind, absent: Absent, doc: &'static str) -> Property {
    Property::new(name, kind, absent, doc)
}

/// A duration between bounds.
const fn time(min: Duration, max: Duration) -> Kind {
    Kind::time(min, max)
}

/// Defaults.
const fn flag(yes: bool) -> Absent {
    Absent::Means(Given::Flag(yes))
}

const fn number(number: u32) -> Absent {
    Absent::Means(Given::Number(number))
}

const fn text(text: &'static str) -> Absent {
    Absent::Means(Given::Text(text))
}

const fn duration(time: Duration) -> Absent {
    Absent::Means(Given::Time(time))
}

const fn seconds(seconds: u64) -> Absent {
    duration(Duration::from_secs(seconds))
}

/// The longest duration a scenario may wait for.
const LONG: Duration = Duration::from_secs(1000 * 86_400);

const MILLISECOND: Duration = Duration::from_millis(1);
const SECOND: Duration = Duration::from_secs(1);
const TEN_MINUTES: Duration = Duration::from_secs(600);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary::Act;

    #[test]
    fn the_tables_do_not_contradict_themselves() {
        assert_eq!(SCENARIOS.faults(), Vec::<String>::new());
        assert_eq!(MODELS.faults(), Vec::<String>::new());
    }

    #[test]
    fn every_word_has_a_builder_where_builders_dispatch_by_roles() {
        for word in SCENARIOS.all() {
            for place in word.within {
                let has = match place {
                    Place::Call => word.role.verb.is_some() || word.role.client.is_some(),
                    Place::Change => word.role.edit.is_some(),
                    Place::Together | Place::Invariant => word.role.act == Some(Act::Call),
                    // What a scenario has beside acts is asked for by name.
                    Place::Scenario => {
                        word.role.act.is_some()
                            || [
                                "spec",
                                "tag",
                                "snapshot",
                                "stack",
                                "case",
                                "server",
                                "conformance",
                                "fault",
                                "disturb",
                                "invariant",
                            ]
                            .contains(&word.name)
                    }
                    Place::Packets => word.role.packet.is_some(),
                    Place::File
                    | Place::Stack
                    | Place::Packet
                    | Place::Pattern
                    | Place::Known
                    | Place::Fault
                    | Place::Rule
                    | Place::Server
                    | Place::Port
                    | Place::Line
                    | Place::Modem
                    | Place::PppOptions
                    | Place::Account
                    | Place::User
                    | Place::CallerId
                    | Place::Lan
                    | Place::Step => true,
                };
                assert!(has, "`{}` {place:?} has no builder", word.name);
            }
        }
        for word in MODELS.all().filter(|word| word.within.contains(&ModelPlace::File)) {
            assert!(word.role.is_some(), "`{}` has no builder", word.name);
        }
    }
}
