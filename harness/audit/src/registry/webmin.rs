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
WEBMIN_EVERYTHING = "webmin-everything": [Note];
    meaning "A Webmin user may change everything on the PPP Dialin Server page";
    why "A user who has the module, and no access file for it, is not restricted.";
    fix "restrict the user in Webmin, if that is not intended";
    example Webmin(&[file("webmin.acl", "root: acl pap cron\n")]);
WEBMIN_PAGES = "webmin-pages": [Note];
    meaning "Which parts of the PPP Dialin Server page a restricted Webmin user may open";
    why "It is good to know who can change the server.";
    fix "change the user's access in Webmin, if that is not intended";
    example Webmin(&[
        file("webmin.acl", "bob: pap\n"),
        file("pap/bob.acl", "noconfig=1\nsecrets=1\nmgetty=\noptions=\ndialin=\nsync=\n"),
    ]);
WEBMIN_CONFIG = "webmin-config": [Danger];
    meaning "A restricted Webmin user may change the module's configuration";
    why "The configuration says which file each page edits. Who can change it can open any file, for example the one \
         with the passwords, on any page. This undoes every other restriction.";
    fix "set noconfig=1 (\"Can edit module configuration?\" No)";
    example Webmin(&[file("webmin.acl", "bob: pap\n"), file("pap/bob.acl", "noconfig=0\nsecrets=1\n")]);
WEBMIN_SYNC = "webmin-sync": [Note];
    meaning "A Webmin user may synchronise users, but cannot reach the form";
    why "The form for User Synchronization is on the PPP Accounts page, which the user may not open.";
    fix "allow PPP Accounts as well, or remove User Synchronization";
    example Webmin(&[file("webmin.acl", "bob: pap\n"), file("pap/bob.acl", "noconfig=1\nsync=1\n")]);
WEBMIN_OPTIONS = "webmin-options": [Warning];
    meaning "A restricted Webmin user can open any file on the PPP Options page";
    why "The page takes the name of the file from its address (file=) and does not check it.";
    fix "allow this page only to people who may administer the machine";
    example Webmin(&[file("webmin.acl", "bob: pap\n"), file("pap/bob.acl", "noconfig=1\noptions=1\n")]);
WEBMIN_PORTS = "webmin-ports": [Warning];
    meaning "A restricted Webmin user can make init run any command as root";
    why "The page writes the name of the device (tty=) into inittab without checking it, and init may start that line \
         through a shell.";
    fix "allow this page only to people who may administer the machine";
    example Webmin(&[file("webmin.acl", "bob: pap\n"), file("pap/bob.acl", "noconfig=1\nmgetty=1\n")]);
}
