//! The drawings in docs/automata are those of the machines beside them; OFFHOOK_UPDATE_REFERENCE=1 draws them again.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::path::Path;

use offhook_learn::ppp::document::Document;
use offhook_learn::ppp::drawing::svg;

#[test]
fn every_machine_that_is_kept_has_its_drawing() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/automata");
    let mut drawn = 0;
    for entry in fs::read_dir(&directory).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let document = Document::from_json(&fs::read_to_string(&path).unwrap()).unwrap();
        let (made, kept) = (svg(&document), path.with_extension("svg"));
        if std::env::var_os("OFFHOOK_UPDATE_REFERENCE").is_some() {
            fs::write(&kept, &made).unwrap();
        }
        assert!(
            fs::read_to_string(&kept).unwrap_or_default() == made,
            "{} is behind its machine: run this test with OFFHOOK_UPDATE_REFERENCE=1, then look at it",
            kept.display()
        );
        for state in &document.states {
            assert!(made.contains(&format!(">{state}</text>")), "{state}");
        }
        drawn += 1;
    }
    assert_eq!(drawn, 16);
}
