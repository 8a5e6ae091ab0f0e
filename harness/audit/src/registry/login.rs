//! Rules about login.config: whether PPP is recognised, and what is started.

use super::Example::Etc;
use super::{family, file};
use crate::severity::Severity::{Error, Note, Warning};

family! {
LOGIN_CONFIG_IGNORED = "login-config-ignored": [Error];
    meaning "mgetty ignores login.config because of its owner or mode";
    why "mgetty requires that the file belongs to root and that nobody else can read it. Otherwise every caller gets \
         /bin/login, and PPP does not work.";
    fix "chown root and chmod 600 the file (for a copy that lost owners and modes: --ignore-modes)";
    example Etc(&[file("mgetty/login.config", "/AutoPPP/ - - /usr/sbin/pppd auth +pap\n").mode(0o644)]);
AUTOPPP_SHADOWED = "autoppp-shadowed": [Error];
    meaning "PPP is not recognised: another line stands above /AutoPPP/";
    why "The first line that matches is used. A line above, such as *, matches PPP callers too, and they get /bin/login.";
    fix "move the /AutoPPP/ line above the other";
    example Etc(&[file("mgetty/login.config", "* - - /bin/login @\n/AutoPPP/ - - /usr/sbin/pppd auth +pap\n")]);
AUTOPPP_OFF = "autoppp-off": [Warning, Note];
    meaning "PPP is not recognised: login.config has no /AutoPPP/ line";
    why "A caller who begins with PPP gets /bin/login, which does not understand it. Callers who log in by text and \
         start pppd themselves are not affected.";
    fix "add `/AutoPPP/ - a_ppp /usr/sbin/pppd auth -chap +pap` above the line for *";
    example Etc(&[file("mgetty/login.config", "* - - /bin/login @\n")]);
LOGIN_ARGUMENTS = "login-arguments": [Error];
    meaning "A line of login.config has more arguments than mgetty passes on";
    why "mgetty passes nine arguments and drops the rest.";
    fix "put the options of pppd into a file and name it with `file`";
    example Etc(&[file("mgetty/login.config", "/AutoPPP/ - - /usr/sbin/pppd auth +pap a b c d e f g h i\n")])
         => Etc(&[file("mgetty/login.config", "/AutoPPP/ - - /usr/sbin/pppd file /etc/ppp/options.server\n"), file("ppp/options.server", "auth\n+pap\n")]);
LOGIN_QUOTES = "login-quotes": [Error];
    meaning "A line of login.config has quotes, which do not group words";
    why "mgetty splits the line at blanks only. The program gets the quotes as part of its arguments.";
    fix "put what needs quotes into a file of options, or into a script";
    example Etc(&[file("mgetty/login.config", "/AutoPPP/ - - /usr/sbin/pppd auth +pap ipparam \"a b\"\n")])
         => Etc(&[file("mgetty/login.config", "/AutoPPP/ - - /usr/sbin/pppd file /etc/ppp/options.server\n"), file("ppp/options.server", "auth\n+pap\nipparam \"a b\"\n")]);
LOGIN_SHORT = "login-short": [Warning];
    meaning "A line of login.config has fewer than four words and is ignored";
    why "A line is: name, user, utmp name, program, arguments.";
    fix "complete the line, or remove it";
    example Etc(&[file("mgetty/login.config", "/AutoPPP/ - - /usr/sbin/pppd auth +pap\nPORT=1\n")]);
LOGIN_PROGRAM = "login-program": [Error];
    meaning "The program of a line in login.config is not a path";
    why "mgetty executes the fourth word, and does not search for it. Without a path the call ends. Often the third \
         word, the name for utmp, is missing.";
    fix "write the whole path of the program as the fourth word";
    example Etc(&[file("mgetty/login.config", "/AutoPPP/ - /usr/sbin/pppd auth -chap +pap\n")]);
SILENT_CALLER = "silent-caller": [Note];
    meaning "A caller who connects and sends nothing keeps the line";
    why "mgetty 1.2.1 looks at login-time only after the next octet that it receives. A caller who sends nothing is \
         never disconnected, on a direct line as by modem.";
    fix "nothing in the files changes this; watch the log for calls that stay without a login";
    example Etc(&[file("inittab", "S0:2345:respawn:/sbin/mgetty -D -n 2 ttyS0\n")]);
}
