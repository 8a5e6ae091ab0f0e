//! Rules about Webmin: who may change the server on its PPP Dialin Server page.

use super::Example::{Calls, Webmin};
use super::{family, file};
use crate::severity::Severity::{Danger, Note, Warning};

family! {
WEBMIN_UNREAD = "webmin-unread": [Warning];
    meaning "An access file of Webmin could not be read";
    why "What that user may do is not part of this audit.";
    fix "run the audit as root, or on a copy that is complete";
    example Calls("pap/bob.acl is a directory, or larger than 1 MiB");
WEBMIN_CONFIG = "webmin-config": [Danger];
    meaning "A restricted Webmin user may change the module's configuration";
    why "The configuration says which file each page edits. Who can change it can open any file, for example the one \
         with the passwords, on any page. This undoes every other restriction.";
    fix "set noconfig=1 (\"Can edit module configuration?\" No)";
    example Webmin(&[file("webmin.acl", "bob: pap\n"), file("pap/bob.acl", "noconfig=0\nmgetty=\noptions=\n")]);
WEBMIN_SYNC = "webmin-sync": [Note];
    meaning "A Webmin user may synchronise users, but cannot reach the form";
    why "The form for User Synchronization is on the PPP Accounts page, which the user may not open.";
    fix "allow PPP Accounts as well, or remove User Synchronization";
    example Webmin(&[file("webmin.acl", "bob: pap\n"), file("pap/bob.acl", "noconfig=1\nsync=1\nmgetty=\noptions=\nsecrets=\n")]);
WEBMIN_DIRECT = "webmin-direct": [Note];
    meaning "\"Go direct to one page\" has no effect for a Webmin user";
    why "The module opens a page at once only if the user may open exactly one.";
    fix "leave one page, or switch it off";
    example Webmin(&[file("webmin.acl", "bob: pap\n"), file("pap/bob.acl", "noconfig=1\ndirect=1\n")]);
WEBMIN_GROUP = "webmin-group": [Warning];
    meaning "A member of a Webmin group has other rights than the group";
    why "Webmin reads a member's own file. What its group may do is copied there when the group is saved, and stays as it \
         is when the member's file is changed or missing.";
    fix "save the group again in Webmin Users, or take the user out of the group";
    example Webmin(&[
        file("webmin.acl", "mona: pap\n"),
        file("webmin.groups", "dial:mona:pap:Dial-in:\n"),
        file("pap/dial.gacl", "noconfig=1\nmgetty=\noptions=\n"),
    ]);
WEBMIN_OPTIONS = "webmin-options": [Warning];
    meaning "A restricted Webmin user can open any file on the PPP Options page";
    why "The page takes the name of the file from its address (file=) and does not check it.";
    fix "allow this page only to people who may administer the machine";
    example Webmin(&[file("webmin.acl", "bob: pap\n"), file("pap/bob.acl", "noconfig=1\noptions=1\nmgetty=\n")]);
WEBMIN_PORTS = "webmin-ports": [Warning];
    meaning "A restricted Webmin user can make init run any command as root";
    why "The page writes the name of the device (tty=) into inittab without checking it, and init may start that line \
         through a shell.";
    fix "allow this page only to people who may administer the machine";
    example Webmin(&[file("webmin.acl", "bob: pap\n"), file("pap/bob.acl", "noconfig=1\nmgetty=1\noptions=\n")]);
}
