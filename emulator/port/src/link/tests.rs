//! Links in a directory of the test's own. Slaves need not exist: a link does not care.
#![allow(clippy::unwrap_used)]

use super::*;

fn slave(number: u32) -> PathBuf {
    format!("/dev/pts/{number}").into()
}

fn leads_to(path: &Path) -> PathBuf {
    // Without the sign, as the kernel takes it.
    fs::read_link(path).unwrap().components().collect()
}

#[test]
fn a_link_is_there_while_its_owner_is() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("vm1");
    let mut link = PtyLink::new(&path, &slave(5)).unwrap();
    assert_eq!(leads_to(&path), slave(5));
    link.point_to(&slave(6)).unwrap();
    assert_eq!(leads_to(&path), slave(6));
    drop(link);
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0, "nothing is left");
}

#[test]
fn a_left_over_of_ours_is_replaced_even_if_its_pty_lives_again() {
    let directory = tempfile::tempdir().unwrap();
    for left in [slave(4_000_000), "/dev/pts/ptmx".into()] {
        let path = directory.path().join("vm1");
        symlink(signed(&left), &path).unwrap();
        let link = PtyLink::new(&path, &slave(5)).unwrap();
        assert_eq!(leads_to(&path), slave(5));
        drop(link);
        assert!(!path.is_symlink());
    }
}

#[test]
fn what_is_not_ours_is_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("vm1");
    let is_refused = |what: &str| {
        let error = PtyLink::new(&path, &slave(5)).unwrap_err().to_string();
        assert!(error.contains("is no left-over of offhook's: remove it"), "{what}: {error}");
    };
    fs::write(&path, "precious").unwrap();
    is_refused("a file");
    assert_eq!(fs::read(&path).unwrap(), b"precious");
    fs::remove_file(&path).unwrap();
    symlink("/dev/pts/7", &path).unwrap();
    is_refused("somebody else's link to a pty");
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    is_refused("a directory");
}

#[test]
fn one_path_has_one_owner() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("vm1");
    let first = PtyLink::new(&path, &slave(5)).unwrap();
    let roundabout = directory.path().join(".").join("vm1");
    let error = PtyLink::new(&roundabout, &slave(6)).unwrap_err();
    assert!(error.to_string().contains("another offhook that is running has it"), "{error}");
    assert_eq!(leads_to(&path), slave(5));
    drop(first);
    PtyLink::new(&roundabout, &slave(6)).unwrap();
}

#[test]
fn a_link_that_somebody_replaced_is_theirs() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("vm1");
    let link = PtyLink::new(&path, &slave(5)).unwrap();
    fs::remove_file(&path).unwrap();
    symlink("/dev/pts/7", &path).unwrap();
    drop(link);
    assert_eq!(leads_to(&path), slave(7));
}

#[test]
fn a_directory_that_is_not_there_is_told() {
    let directory = tempfile::tempdir().unwrap();
    let error = PtyLink::new(&directory.path().join("no/vm1"), &slave(5)).unwrap_err().to_string();
    assert!(error.ends_with("No such file or directory; make its directory first"), "{error}");
}
