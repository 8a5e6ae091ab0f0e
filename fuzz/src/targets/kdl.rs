//! Scenario files, model files and phonebooks: any text is read, or every mistake in it has a place in it.

use offhook_base::SourceFile;

use crate::{Target, corpus};

pub(super) const TARGET: Target = Target {
    name: "kdl",
    about: "the text of a scenario file: read, or refused with mistakes that lie within it and can be shown",
    run,
    corpus: || [corpus::files("scenarios", ".kdl"), corpus::files("tests/broken", ".kdl")].concat(),
    words: &[
        b"{",
        b"}",
        b"\"",
        b"\\",
        b"/*",
        b"/-",
        b"#true",
        b"scenario ",
        b"server {",
        b"call {",
        b"variable \"x\" 1",
        b"$x",
        b"${x}",
        b"case x=1",
        b"shared \"x\" {",
        b"use \"x\"",
        b"include \"fuzz.kdl\"",
        b"port \"ttyS0\"",
        b"=",
        b";",
        b"expect-",
        b"on \"trixie\"",
        b"\"5m\"",
        b"\xc3\xa4",
        b"\\u{10ffff}",
    ],
    short: 250,
};

fn run(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let source = SourceFile { path: "fuzz.kdl".into(), text: text.as_ref().into() };
    if let Err(errors) = offhook_language::read(&source) {
        assert!(errors.count() > 0, "refused without a mistake");
        for problem in errors.files.iter().flat_map(|file| &file.problems) {
            for label in &problem.labels {
                assert!(label.span.offset + label.span.len <= text.len(), "a mistake outside the text");
            }
        }
        assert!(!errors.to_string().is_empty());
    }
}
