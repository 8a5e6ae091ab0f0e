//! Rules about entries of pap-secrets and chap-secrets.

use super::Example::Etc;
use super::{family, file};
use crate::severity::Severity::{Danger, Error, Note, Warning};

family! {
SECRETS_QUOTE = "secrets-quote": [Error];
    meaning "A quote in a secrets file is never closed";
    why "pppd takes everything up to the end of the file as one word. This account and all below it do not work.";
    fix "write a password that contains \" in '...', and one that contains ' in \"...\"";
    example Etc(&[file("ppp/pap-secrets", "alice * secret *\ndave * \"say\"hi\" *\nerin * x *\n")])
         => Etc(&[file("ppp/pap-secrets", "alice * secret *\ndave * 'say\"hi' *\nerin * x *\n")]);
ACCOUNT_COLUMNS = "account-columns": [Error];
    meaning "An account has fewer than three columns and is ignored";
    why "An account is: name, server, password, addresses.";
    fix "write: name, * (any server), password, and * or an address";
    example Etc(&[file("ppp/pap-secrets", "alice * secret *\ndave *\n")])
         => Etc(&[file("ppp/pap-secrets", "alice * secret *\ndave * x *\n")]);
ACCOUNT_NO_ADDRESS = "account-no-address": [Error];
    meaning "An account has no address column, so its caller is refused";
    why "No address means that no address is allowed, not that any is.";
    fix "add * (any address), or the address that the caller is to have";
    example Etc(&[file("ppp/pap-secrets", "alice * secret *\ndave * x\n")]);
ACCOUNT_GLUED = "account-glued": [Error];
    meaning "Two accounts stand on one line, and the second does not exist for pppd";
    why "An account ends with its line. Behind the password everything is taken for addresses, another account as well.";
    fix "begin a new line for each account";
    example Etc(&[file("ppp/pap-secrets", "alice * \"correct horse\" *bob * \"battery staple\" *\n")])
         => Etc(&[file("ppp/pap-secrets", "alice * \"correct horse\" *\nbob * \"battery staple\" *\n")]);
SERVER_PASSWORD = "server-password": [Error];
    meaning "An account seems to have its password in the second column, and lets nobody in";
    why "An account is: name, server, password, addresses. An account whose server is neither * nor this one is not used.";
    fix "write: name, * (any server), password, and * or an address";
    example Etc(&[file("ppp/pap-secrets", "bob * x *\nalice \"correct horse\" * *\n")])
         => Etc(&[file("ppp/pap-secrets", "bob * x *\nalice * \"correct horse\" *\n")]);
PASSWORD_STAR = "password-star": [Danger, Warning];
    meaning "The password of an account is a *, which pppd takes as it stands";
    why "In the other columns a * stands for anything, and in this one for itself: whoever sends a * as the password gets in, \
         and nobody else does.";
    fix "set a password; to have the Unix password checked, write \"\" and give pppd the option login";
    example Etc(&[file("ppp/pap-secrets", "* * * *\n")])
         => Etc(&[file("ppp/pap-secrets", "alice * secret *\n")]);
CLIENT_EMPTY = "client-empty": [Warning];
    meaning "An account has an empty name: a caller with an empty name gets in";
    why "An empty name is a name like others. Anybody is written *.";
    fix "write a name, or remove the account";
    example Etc(&[file("ppp/pap-secrets", "alice * secret *\n\"\" * x *\n")])
         => Etc(&[file("ppp/pap-secrets", "alice * secret *\nbob * x *\n")]);
SERVER_EMPTY = "server-empty": [Error];
    meaning "An account has an empty second column, which matches no server";
    why "Any server is written *, not \"\".";
    fix "write * as the second column";
    example Etc(&[file("ppp/pap-secrets", "alice * secret *\ndave \"\" x *\n")]);
SECRET_ENCRYPTED = "secret-encrypted": [Error, Warning];
    meaning "A password looks encrypted, where that does not work or is weak";
    why "CHAP needs the password itself: with a hash nobody gets in. PAP accepts a hash, but DES uses only the first \
         eight characters of a password, and a caller who sends the hash itself gets in as well.";
    fix "write the password itself (only root can read the file), or for PAP use a newer hash";
    example Etc(&[file("ppp/chap-secrets", "dave * ab3WXyz01Kq.2 *\n")])
         => Etc(&[file("ppp/chap-secrets", "dave * secret *\n"), file("mgetty/login.config", "/AutoPPP/ - - /usr/sbin/pppd auth +chap +pap\n")]);
SECRET_FILE_MISSING = "secret-file-missing": [Error];
    meaning "A password is to be read from a file that does not exist";
    why "@/path in the password column names a file. Without it the account cannot be used.";
    fix "create the file with the password as its first word, readable by root only";
    example Etc(&[file("ppp/pap-secrets", "alice * secret *\ndave * @/etc/ppp/nosuch *\n")])
         => Etc(&[file("ppp/pap-secrets", "alice * secret *\ndave * @/etc/ppp/dave.pw *\n"), file("ppp/dave.pw", "x\n").mode(0o600)]);
SECRET_FILE_RELATIVE = "secret-file-relative": [Warning];
    meaning "A password begins with @ but is not read from a file";
    why "pppd reads a password from a file only if @ is followed by /. Otherwise the text itself is the password.";
    fix "write the absolute path of the file";
    example Etc(&[file("ppp/pap-secrets", "alice * secret *\ndave * @dave.pw *\n")])
         => Etc(&[file("ppp/pap-secrets", "alice * secret *\ndave * @/etc/ppp/dave.pw *\n"), file("ppp/dave.pw", "x\n").mode(0o600)]);
SECRET_BACKSLASH = "secret-backslash": [Warning];
    meaning "A backslash changes a column of an account";
    why "To pppd a backslash begins an escape: \\s is a blank, \\t a tab, and DOM\\user is DOMuser.";
    fix "write two backslashes where one is meant";
    example Etc(&[file("ppp/pap-secrets", "alice * secret *\nDOM\\user * x *\n")])
         => Etc(&[file("ppp/pap-secrets", "alice * secret *\n\"DOM\\\\user\" * x *\n")]);
ACCOUNT_TWICE = "account-twice": [Warning];
    meaning "An account is never used, because an earlier one has the same name and server";
    why "Of two entries that match equally well, pppd uses the first.";
    fix "remove one of the two";
    example Etc(&[file("ppp/pap-secrets", "alice * secret *\nalice * y *\n")]);
LOGIN_WITHOUT_USER = "login-without-user": [Error];
    meaning "An account needs a Unix password, but no Unix user of that name can log in";
    why "With the option login (or the password @login) pppd checks the Unix password as well. With login PAM also checks \
         the name of a caller who authenticates by CHAP or MS-CHAP, not the password.";
    fix "create the Unix user of that name with a password, or set a password if it is locked";
    example Etc(&[file("mgetty/login.config", "/AutoPPP/ - - /usr/sbin/pppd auth +pap login\n")])
         => Etc(&[file("mgetty/login.config", "/AutoPPP/ - - /usr/sbin/pppd auth +pap login\n"), file("ppp/pap-secrets", "bob * \"\" *\n")]);
SERVER_OTHER = "server-other": [Note];
    meaning "An account is for another server, or for calling out";
    why "Its second column names a server that this machine is not, or is not known to be.";
    fix "for callers, write * as the second column";
    example Etc(&[file("ppp/pap-secrets", "alice * secret *\ndave provider x *\n")])
         => Etc(&[file("ppp/pap-secrets", "alice * secret *\ndave * x *\n")]);
ACCOUNT_ADDRESS = "account-address": [Warning];
    meaning "An account does not allow the address that the port gives";
    why "Its address column allows other addresses only. The caller is authenticated and then disconnected.";
    fix "add the address of the port, or *";
    example Etc(&[file("ppp/pap-secrets", "alice * secret *\ndave * x 10.0.0.0/8\n")])
         => Etc(&[file("ppp/pap-secrets", "alice * secret *\ndave * x *\n")]);
ACCOUNT_ADDRESS_WORD = "account-address-word": [Error];
    meaning "No address of an account can be read, so its caller is refused";
    why "pppd passes over a word that is no address, no network and no known name. What is left allows no address, and the \
         caller is authenticated and then disconnected.";
    fix "write an address in digits, or * for any";
    example Etc(&[file("ppp/pap-secrets", "alice * secret *\ndave * x 10.20.0.300\n")])
         => Etc(&[file("ppp/pap-secrets", "alice * secret *\ndave * x *\n")]);
ACCOUNT_NEVER_MATCHES = "account-never-matches": [Error];
    meaning "The name or password of an account can be that of no caller";
    why "pppd writes each octet of a name that is not ASCII as M- and another character before it compares, and with PAP \
         each octet of the password. Nor does it take more than 255 octets.";
    fix "use letters, digits and signs of ASCII";
    example Etc(&[file("ppp/pap-secrets", "alice * secret *\nzo\u{eb} * x *\n")])
         => Etc(&[file("ppp/pap-secrets", "alice * secret *\nzoe * x *\n")]);
ACCOUNT_OPTIONS = "account-options": [Warning];
    meaning "Options of an account are ignored, because pppd refuses one of them";
    why "What stands behind -- are options for that caller. pppd stops at the first that it refuses, and the caller gets in \
         without it and without those behind it.";
    fix "correct the option";
    example Etc(&[file("ppp/pap-secrets", "alice * secret * -- idel 300\n")])
         => Etc(&[file("ppp/pap-secrets", "alice * secret * -- idle 300\n")]);
}
