//! Webmin's groups: `webmin.groups` has a line for each, `NAME:MEMBERS:MODULES:DESCRIPTION:OWN MODULES`; a member that
//! begins with `@` is another group (acl/acl-lib.pl, `list_groups`).
//!
//! In goes the file; out come the groups of which a user is a member. At run time Webmin reads a user's own files alone:
//! what a group may do is copied to its members when the group is saved.

/// A group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Group {
    /// Its name.
    pub(super) name: String,
    /// Users, and groups with `@` before their name.
    members: Vec<String>,
    /// What its members may use.
    pub(super) modules: Vec<String>,
}

/// Reads the file.
pub(super) fn read(text: &str) -> Vec<Group> {
    let words = |text: Option<&str>| text.unwrap_or_default().split_whitespace().map(str::to_owned).collect();
    let lines = text.lines().map(|line| line.trim_end_matches('\r'));
    lines
        .filter_map(|line| {
            let mut fields = line.split(':');
            let name = fields.next().filter(|name| !name.is_empty() && !name.contains('/'))?.to_owned();
            Some(Group { name, members: words(fields.next()), modules: words(fields.next()) })
        })
        .collect()
}

/// The group that a user is directly a member of, and those that this one is in, from within to without.
pub(super) fn of<'a>(groups: &'a [Group], user: &str) -> Vec<&'a Group> {
    let mut found: Vec<&Group> = Vec::new();
    let mut member = user.to_owned();
    while let Some(group) = groups.iter().find(|group| group.members.contains(&member)) {
        if found.contains(&group) {
            // Two groups that are members of each other.
            break;
        }
        found.push(group);
        member = format!("@{}", group.name);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_is_in_its_group_and_in_those_that_the_group_is_in() {
        let groups = read("dial:mona sigi:pap:Dial-in:\nops:@dial olga:pap cron:Operators:cron\nround:@ops @round::\n");
        let names = |user| of(&groups, user).into_iter().map(|group| group.name.as_str()).collect::<Vec<_>>();
        assert_eq!(names("mona"), ["dial", "ops", "round"]);
        assert_eq!(names("olga"), ["ops", "round"]);
        assert_eq!(names("root"), [""; 0]);
        assert_eq!(groups[1].modules, ["pap", "cron"]);
    }
}
