//! Rules about authentication: whether callers have to prove who they are, and whether anybody can.

use super::Example::Etc;
use super::{family, file};
use crate::severity::Severity::{Danger, Error, Note, Warning};

family! {
NO_AUTH = "no-auth": [Danger, Note];
    meaning "Callers get into the network without a name or password";
    why "No option that pppd reads for this port requires authentication. pppd started by mgetty runs as root and then \
         does not require it by itself. On a direct line it is a note: whoever is at the cable is where the server is.";
    fix "remove noauth, and put `auth` on the pppd line of login.config, where no options file can undo it";
    example Etc(&[
        file("mgetty/login.config", "/AutoPPP/ - - /usr/sbin/pppd\n"),
        file("ppp/options", "lock\n"),
    ]);
NOAUTH_UNDOES_AUTH = "noauth-undoes-auth": [Danger];
    meaning "noauth undoes an auth option: callers get in without a name or password";
    why "pppd reads /etc/ppp/options first; the command line and then the file of the port override it. A noauth there \
         wins over auth in /etc/ppp/options.";
    fix "remove noauth, and put `auth` on the pppd line of login.config, where no options file can undo it";
    example Etc(&[
        file("ppp/options", "auth\n"),
        file("mgetty/login.config", "/AutoPPP/ - - /usr/sbin/pppd noauth\n"),
    ]);
AUTH_OVERRULED = "auth-overruled": [Note];
    meaning "An authentication option has no effect, because the command line decides";
    why "What stands on the pppd line of login.config is not overridden by the port's options file.";
    fix "remove the option, or put it on the pppd line of login.config";
    example Etc(&[file("ppp/options.ttyS0", "noauth\n192.168.32.1:192.168.32.105\n")]);
NO_USABLE_ACCOUNT = "no-usable-account": [Error];
    meaning "pppd refuses to start, because no account could be used";
    why "Where authentication is required, pppd first looks for an entry that allows an address. It takes the first \
         entry that matches best; if that entry allows none, pppd ends with \"couldn't find any suitable secret\".";
    fix "an account is: name, * (any server), password, and * or an address; put accounts with an address first";
    example Etc(&[file("ppp/pap-secrets", "alice * x\n")])
         => Etc(&[file("ppp/pap-secrets", "alice * x *\n")]);
NULL_LOGIN = "null-login": [Danger];
    meaning "A caller who refuses to authenticate gets in";
    why "pppd treats such a caller as one with an empty name and an empty password. An entry with an empty password \
         that matches the empty name lets the caller in.";
    fix "give the entry a password, or remove it";
    example Etc(&[file("ppp/pap-secrets", "bob * b *\n\"\" * \"\" *\n")]);
ANY_PASSWORD = "any-password": [Danger];
    meaning "An account gets in with any password";
    why "An empty password in pap-secrets means that pppd checks none (with the option login it checks the Unix password).";
    fix "set a password";
    example Etc(&[file("ppp/pap-secrets", "alice * \"\" *\n")])
         => Etc(&[file("ppp/pap-secrets", "alice * secret *\n")]);
EMPTY_PASSWORD = "empty-password": [Danger];
    meaning "An account of chap-secrets gets in with an empty password";
    why "With CHAP, MS-CHAP and EAP an empty password is a password like others. Whoever sends an empty one gets in, and \
         where the name is * with any name; any other password is refused.";
    fix "set a password, or remove the account";
    example Etc(&[
        file("mgetty/login.config", "/AutoPPP/ - - /usr/sbin/pppd require-mschap-v2\n"),
        file("ppp/chap-secrets", "* * \"\" *\n"),
    ])
         => Etc(&[
        file("mgetty/login.config", "/AutoPPP/ - - /usr/sbin/pppd require-mschap-v2\n"),
        file("ppp/chap-secrets", "alice * secret *\n"),
        file("ppp/pap-secrets", "# client server secret addresses\n"),
    ]);
ALLOW_IP = "allow-ip": [Danger];
    meaning "A caller who refuses to authenticate gets in with an address of allow-ip";
    why "allow-ip names addresses that need no authentication. pppd starts without accounts then, and gives a caller who \
         refuses to authenticate such an address.";
    fix "remove allow-ip";
    example Etc(&[file("ppp/options", "auth\nallow-ip 10.0.0.2\n")]);
ACCOUNTS_NOT_ASKED = "accounts-not-asked": [Warning];
    meaning "Accounts cannot be used, because pppd asks by the other protocol only";
    why "PAP reads pap-secrets and CHAP reads chap-secrets. Accounts in the file of a protocol that is not asked for \
         let nobody in.";
    fix "require the other protocol (require-chap, require-pap), or move the accounts to the other file";
    example Etc(&[file("ppp/chap-secrets", "carol * x *\n")])
         => Etc(&[file("ppp/pap-secrets", "carol * x *\n"), file("ppp/chap-secrets", "# client server secret addresses\n")]);
NO_UNIX_PASSWORD = "no-unix-password": [Danger];
    meaning "A Unix user can log in at the prompt without a password";
    why "The password field of the user is empty, and PAM lets an empty password pass: Debian's common-auth has nullok.";
    fix "set a password with passwd, or lock the user with passwd -l";
    example Etc(&[file("shadow", "bob::1::::::\n")])
         => Etc(&[file("shadow", "bob:!:1::::::\n")]);
}
