//! Stacks of one's own: made of a release and package files, run beside those that ship, and removed without a trace.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use std::fs;
use std::path::PathBuf;
use std::process::Output;

use common::{copy_lab, offhook, own_ppp, said};

/// Passes on bookworm by a deviation that is known of it, and on nothing else.
const DEVIATES: &str = r#"
scenario "the modem is answered after three rings" {
    server {
        port "ttyS0" answer-after=2
        ppp { addresses local="10.0.0.1" remote="10.0.0.2" }
    }
    call {
        expect-answer rings=3 {
            on "bookworm" rings=2 reason="it counts otherwise"
            fails "trixie" reason="it counts otherwise"
        }
        hang-up
    }
    snapshot "rings" of="call"
}
"#;

struct Place {
    here: tempfile::TempDir,
    cache: PathBuf,
}

impl Place {
    fn run(&self, arguments: &[&str]) -> Output {
        offhook().args(arguments).env("OFFHOOK_CACHE", &self.cache).output().unwrap()
    }
}

fn place() -> Place {
    let here = tempfile::tempdir().unwrap();
    let cache = here.path().join("cache");
    fs::create_dir(&cache).unwrap();
    copy_lab(&cache);
    Place { here, cache }
}

#[test]
fn a_package_of_ones_own_runs_as_the_stack_that_it_is_like_and_goes_without_a_trace() {
    let place = place();
    let root = fs::read_dir(place.cache.join("stack")).unwrap().next().unwrap().unwrap().path().join("root");
    let deb = own_ppp(place.here.path(), &root, "2.4.9-1+mine");
    let added = place.run(&["lab", "add", "mine", "--release", "bookworm", "--deb", deb.to_str().unwrap()]);
    if String::from_utf8_lossy(&added.stderr).contains("could not be reached") {
        eprintln!("skipped: the archive that packages come from could not be reached");
        return;
    }
    assert!(added.status.success(), "{}", said(&added));
    let told = String::from_utf8(added.stdout).unwrap();
    assert!(told.starts_with("stack mine of bookworm: ") && told.contains("ppp 2.4.9-1+mine"), "{told}");
    // The file may go: its copy is what the stack is made of.
    fs::remove_file(&deb).unwrap();

    let file = place.here.path().join("deviates.kdl");
    fs::write(&file, DEVIATES).unwrap();
    let (out, json) = (place.here.path().join("out"), place.here.path().join("run.json"));
    let [file, out, json_file] = [&file, &out, &json].map(|path| path.to_str().unwrap());
    // What was accepted of bookworm is what this one is compared with, while it has nothing of its own.
    let written = place.run(&["run", "--stack", "bookworm", "--out", out, "--snapshot", "write", file]);
    assert!(written.status.success(), "{}", said(&written));
    let run =
        place.run(&["run", "--stack", "mine", "--out", out, "--json", json_file, file, "scenarios/first-call.kdl"]);
    assert!(run.status.success(), "{}", said(&run));
    let report: serde_json::Value = serde_json::from_slice(&fs::read(&json).unwrap()).unwrap();
    assert_eq!((&report["passed"], &report["failed"]), (&4.into(), &0.into()), "{report}");
    for outcome in report["outcomes"].as_array().unwrap() {
        assert_eq!(outcome["stack"], "mine");
        let packages = outcome["fingerprint"]["packages"].as_array().unwrap();
        assert!(packages.contains(&"ppp 2.4.9-1+mine".into()), "{packages:?}");
    }

    let snapshots = place.here.path().join("snapshots");
    let [accepted] = &fs::read_dir(&snapshots).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>()[..]
    else {
        panic!("{snapshots:?}");
    };
    let text = fs::read_to_string(accepted).unwrap();
    fs::write(accepted, text.replacen("RING", "BELL", 1)).unwrap();
    let other = place.run(&["run", "--stack", "mine", "--out", out, "--snapshot", "new", file]);
    assert_eq!(other.status.code(), Some(1), "{}", said(&other));
    let review = place.run(&["review", "--accept", file]);
    let told = String::from_utf8(review.stdout.clone()).unwrap();
    assert!(told.contains("it is new; beside that of bookworm:") && told.contains("BELL"), "{}", said(&review));
    assert!(place.run(&["run", "--stack", "mine", "--out", out, file]).status.success());

    let status = place.run(&["lab", "status"]);
    assert!(String::from_utf8_lossy(&status.stdout).contains("mine"), "{}", said(&status));
    let filter = place.run(&["list", "scenarios/first-call.kdl", "--stack", "mine", "--filter", "stack(=mine)"]);
    assert!(filter.status.success(), "{}", said(&filter));

    assert!(place.run(&["lab", "clean", "mine"]).status.success());
    let gone = place.run(&["run", "--stack", "mine", "scenarios/first-call.kdl"]);
    assert_eq!(gone.status.code(), Some(2), "{}", said(&gone));
    assert!(String::from_utf8_lossy(&gone.stderr).contains("no such stack; there are bookworm, trixie, forky"));
    for directory in ["added", "stack"] {
        let left = fs::read_dir(place.cache.join(directory)).unwrap().map(|entry| entry.unwrap().file_name());
        assert!(left.into_iter().all(|name| !name.to_string_lossy().contains("mine")), "{directory}");
    }
}

#[test]
fn what_cannot_become_a_stack_is_refused_and_not_kept() {
    let place = place();
    let text = place.here.path().join("ppp.deb");
    fs::write(&text, "not a package").unwrap();
    let text = text.to_str().unwrap();
    let refused: [(&[&str], i32, &str); 4] = [
        (&["trixie", "--release", "trixie"], 2, "a stack of that name ships with offhook"),
        (&["mine", "--release", "trixie", "--like", "sid"], 2, "no stack named \"sid\""),
        (&["mine", "--release", "bookworm", "--deb", text], 3, "ppp.deb"),
        (&["mine", "--release", "no-such-release"], 3, "no-such-release"),
    ];
    for (arguments, code, why) in refused {
        let added = place.run(&[&["lab", "add"], arguments].concat());
        assert_eq!(added.status.code(), Some(code), "{arguments:?}: {}", said(&added));
        assert!(String::from_utf8_lossy(&added.stderr).contains(why), "{arguments:?}: {}", said(&added));
        let left = fs::read_dir(place.cache.join("added")).map_or(0, Iterator::count);
        assert_eq!(left, 0, "{arguments:?}");
    }
}
