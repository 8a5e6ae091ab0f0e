//! On which programs an audit's calls were made, in words and as a fingerprint.
//!
//! In go a [`Choice`] and what the lab says of its stack; out comes the end of the sentence "called on ...".

use offhook_base::Fingerprint;
use offhook_etc::installed::{Installed, Programs, upstream};
use offhook_etc::read::version::PppVersion;
use offhook_etc::source::Tree;

use crate::audit_calls::Choice;
use crate::stacks::like;

/// The end of the sentence; `why` says why that stack, and `ran` which packages it has.
pub(super) fn text(choice: &Choice, tree: &Tree, stack: &str, why: &str, ran: Option<&Fingerprint>) -> String {
    let pppd = PppVersion::of_release(&like(stack)).map_or_else(String::new, |version| format!(" (pppd {version})"));
    match choice {
        Choice::Own(root, _) => {
            format!(
                "the programs of {} themselves, read-only; other files of a system are those of {stack}",
                root.display()
            )
        }
        Choice::Stack(None) => format!("{stack}{pppd}{why}{}", differs(tree.programs.as_ref(), ran)),
        Choice::Stack(Some(reason)) => {
            let differs = differs(tree.programs.as_ref(), ran);
            format!("{stack}{pppd}{why}{differs}; the server's own programs were not run: {reason}")
        }
    }
}

/// Which versions of the stack are not those that are installed.
fn differs(programs: Option<&Programs>, ran: Option<&Fingerprint>) -> String {
    let installed = programs.map(Programs::versions).unwrap_or_default();
    let packages = ran.map(|ran| ran.packages.as_slice()).unwrap_or_default();
    let differs = |installed: &Installed| {
        let (name, version) =
            packages.iter().filter_map(|package| package.split_once(' ')).find(|(name, _)| *name == installed.name)?;
        // What a program tells of itself has nothing of Debian's.
        let same = match &installed.architecture {
            Some(_) => version == installed.version,
            None => upstream(version) == upstream(&installed.version),
        };
        (!same).then(|| format!("{name} {version}, installed is {}", installed.version))
    };
    let differs: Vec<String> = installed.iter().filter_map(differs).collect();
    if differs.is_empty() { String::new() } else { format!("; there it is {}", differs.join("; ")) }
}

/// What ran, with the versions of the server's own programs where these did.
pub(super) fn fingerprint(choice: &Choice, ran: &Fingerprint) -> Fingerprint {
    let own = match choice {
        Choice::Own(_, programs) => Some(programs.packages.clone()),
        Choice::Stack(_) => None,
    };
    Fingerprint { packages: own.unwrap_or_else(|| ran.packages.clone()), ..ran.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_that_differ_are_told_and_others_are_not() {
        let packages = ["mgetty 1.2.1-1.2", "ppp 2.4.9-1+1.1"].map(str::to_owned).to_vec();
        let ran = Fingerprint { packages, ..Fingerprint::default() };
        let of = |name, version: &str| Installed {
            name,
            version: version.to_owned(),
            architecture: (name == "ppp").then(|| "amd64".to_owned()),
        };
        let programs = Programs::default().with_versions(vec![of("mgetty", "1.2.1"), of("ppp", "2.4.7-2")]);
        assert_eq!(differs(Some(&programs), Some(&ran)), "; there it is ppp 2.4.9-1+1.1, installed is 2.4.7-2");
        assert_eq!(differs(None, Some(&ran)), "");
        let told = text(&Choice::Stack(Some("no".into())), &Tree::default(), "bookworm", "", Some(&ran));
        assert_eq!(told, "bookworm (pppd 2.4.9); the server's own programs were not run: no");
    }
}
