//! A small language, and texts in it: nothing in this crate knows more of words than these tests tell it.

#![allow(clippy::unwrap_used, reason = "a test may")]

use std::time::Duration;

use proptest::prelude::*;

use crate::{
    Absent, Argument, Given, Item, Kind, Language, Occurs, Place, Problem, Property, Vocabulary, Word, explain, json,
    read_text, reference,
};

crate::choices! {
    COLOURS: u8 {
        "red" => 1, "as tomatoes are";
        "blue" => 2, "as the sky is";
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Garden;

impl Language for Garden {
    type Place = Where;
    type Role = ();
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Where {
    File,
    Bed,
}

impl Place for Where {
    fn name(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Bed => "bed",
        }
    }

    fn phrase(self) -> &'static str {
        match self {
            Self::File => "in the garden",
            Self::Bed => "in a `bed`",
        }
    }
}

static GARDEN: Vocabulary<Garden> = Vocabulary { places: &[Where::File, Where::Bed], words: &[WORDS] };

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

const WORDS: &[Word<Garden>] = &[
    Word {
        opens: Some(Where::Bed),
        arguments: &[Argument::one("name", Kind::Sentence)],
        properties: &[
            Property::new("water", Kind::time(MINUTE, HOUR), Absent::Means(Given::Time(MINUTE)), "How often."),
            Property::new("rows", Kind::number(1, 9, "rows"), Absent::Never, "How many."),
        ],
        ..Word::new("bed", (), &[Where::File], "Where plants grow.")
    },
    Word {
        properties: &[Property::new("colour", COLOURS.kind(), Absent::Means(Given::Text("blue")), "Its colour.")],
        occurs: Occurs::Once,
        ..Word::new("flower", (), &[Where::Bed], "What grows.")
    },
    Word { arguments: &[Argument::many("name", Kind::Text, 1)], ..Word::new("label", (), &[Where::Bed], "A sign.") },
];

fn read(text: &str) -> Result<Vec<Item<Garden>>, Vec<Problem>> {
    read_text(text, &GARDEN, |items, _| items)
}

fn messages(text: &str) -> Vec<String> {
    read(text).err().unwrap_or_default().into_iter().map(|problem| problem.message).collect()
}

#[test]
fn what_is_left_out_has_the_default_of_the_table() {
    assert_eq!(GARDEN.faults(), Vec::<String>::new());
    let items = read("bed \"a\" rows=2 { flower; }").unwrap();
    assert_eq!((items[0].time("water"), items[0].number("rows")), (Some(MINUTE), Some(2)));
    let flower = items[0].child("flower").unwrap();
    assert_eq!((COLOURS.required(flower, "colour"), flower.property_span("colour")), (2, None));
    assert!(GARDEN.words_named("flower").all(|word| word.property("colour").is_some()));
}

#[test]
fn every_mistake_is_told_once() {
    let text = "bed \"a\" rows=0 water=\"2h\" { flower; flower colour=\"rod\"; sign \"x\"; }\nbod \"b\"\nlabel \"c\"\n";
    let expected = [
        "`rows` of `bed` must be a whole number from 1 to 9, not 0",
        "`water` of `bed` must be at most 1h, not 2h",
        "`flower` may appear only once in a `bed`",
        "`colour` of `flower` cannot be `rod`",
        "unknown keyword `sign`",
        "unknown keyword `bod`",
        "`label` is not allowed in the garden",
    ];
    assert_eq!(messages(text), expected);
}

#[test]
fn a_misspelt_property_is_not_missing_besides() {
    assert_eq!(messages("bed \"a\" rowss=2 { flower; }"), ["unknown property `rowss` of `bed`"]);
}

#[test]
fn after_a_slip_the_rest_is_read_and_nothing_is_said_to_be_missing_where_something_was_lost() {
    // The lost line may have been the flower.
    assert_eq!(messages("bed \"a\" rows=2 {\n  flo\"wer\n}\n"), ["this text is not closed on its line"]);
    // What is whole may lack something.
    let text = "bed \"a\" rows=2m {\n  flower\n}\nbed \"b\" {\n  flower\n}\nbed \"c\" rows=2 {\n}\n";
    let expected = ["`2m` is neither a number nor a text", "`bed` needs `rows=`", "`flower` is missing in a `bed`"];
    assert_eq!(messages(text), expected);
    let text = "bed \"a\" rows=2 {\n  flower\n  label \"x\nbed \"b\" rows=12 {\n  flower\n}\n";
    let expected = [
        "this block is not closed",
        "this text is not closed on its line",
        "`rows` of `bed` must be a whole number from 1 to 9, not 12",
    ];
    assert_eq!(messages(text), expected);
}

#[test]
fn what_has_no_end_takes_the_rest_with_it() {
    for (text, message) in [
        ("bed \"a\" rows=0 {\n  flower\n  label \"\"\"\n  x\n}\n", "this text is not closed"),
        ("bed \"a\" rows=0 {\n  flower\n  /* why\n}\n", "this comment is not closed"),
        ("bed \"a\" rows=0 {\n  flower\n  label #\"x\n}\n", "this text is not closed"),
    ] {
        assert_eq!(messages(text), ["`rows` of `bed` must be a whole number from 1 to 9, not 0", message], "{text}");
    }
}

#[test]
fn the_json_has_every_word_property_and_default_of_the_table() {
    let schema = serde_json::to_value(json::schema("garden", &GARDEN)).unwrap();
    insta::assert_snapshot!(serde_json::to_string_pretty(&schema).unwrap());
}

#[test]
fn the_reference_and_the_explanations_come_from_the_table() {
    insta::assert_snapshot!(reference(&GARDEN));
    let meanings = explain(&GARDEN, "flower");
    assert_eq!(meanings[0].title, "flower [colour=] (keyword in a `bed`; once)");
    assert_eq!(explain(&GARDEN, "colour")[0].title, "colour= (property of `flower`, in a `bed`)");
    assert_eq!(explain(&GARDEN, "tree"), []);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn whatever_is_in_a_text_it_ends_in_items_or_problems_with_places_in_it(
        parts in prop::collection::vec(
            prop::sample::select(vec![
                "bed ", "\"a\" ", "rows=2 ", "{", "}", "flower", "\n", "\n  ", ";", "\"", "\"\"\"", "#\"", "/*", "//",
                "*/", "/-", "\\", "=", "(", "ä", "2m ", "#true ", "label ", "\r\n", "\u{feff}",
            ]),
            0..40,
        )
    ) {
        let text = parts.concat();
        if let Err(problems) = read(&text) {
            prop_assert!(!problems.is_empty());
            for label in problems.iter().flat_map(|problem| &problem.labels) {
                let end = label.span.offset + label.span.len;
                prop_assert!(text.get(label.span.offset..end).is_some(), "{text:?} {label:?}");
            }
        }
    }
}
