//! Rules about options of pppd that do not go with a server that mgetty calls.

use super::Example::Etc;
use super::{family, file};
use crate::severity::Severity::{Error, Note, Warning};

family! {
PERSIST = "persist-keeps-port": [Error];
    meaning "With persist pppd keeps the port after the first call";
    why "persist has pppd begin again when a call is over. Under mgetty the line is dead then, pppd never ends, and no further \
         call is answered. Measured with ppp 2.4.9 and 2.5.2.";
    fix "remove persist";
    example Etc(&[file("ppp/options", "auth\npersist\n")]);
WAITS = "waits-for-ever": [Note];
    meaning "pppd waits without end for a caller who does not speak PPP";
    why "With passive or silent pppd does not give up after ten unanswered requests (30 s). It waits until carrier is lost.";
    fix "remove passive and silent";
    example Etc(&[file("ppp/options", "auth\npassive\n")])
         => Etc(&[file("ppp/options", "auth\n")]);
DEMAND = "demand-without-connect": [Error];
    meaning "pppd ends: demand needs a connect script";
    why "demand is for calling out when there is traffic. pppd refuses it without a script that connects.";
    fix "remove demand";
    example Etc(&[file("ppp/options", "auth\ndemand\n")]);
PAST_THE_CALLER = "past-the-caller": [Error];
    meaning "pppd talks to something else than the caller";
    why "With pty, socket or notty pppd takes a program, a host or its standard input and output for the line.";
    fix "remove the option";
    example Etc(&[file("ppp/options", "auth\npty /bin/cat\n")]);
CONNECT = "connect-under-mgetty": [Warning];
    meaning "A script that dials runs on a line that is connected already";
    why "pppd runs the programs of connect and init before PPP begins. Under mgetty the call stands by then, and what they \
         send to the modem goes to the caller.";
    fix "move the option to a file below /etc/ppp/peers that only calls out";
    example Etc(&[file("ppp/options", "auth\nconnect /usr/sbin/chat\n")]);
ECHO_HALF = "echo-half": [Warning];
    meaning "LCP echoes are half configured and never end a call";
    why "lcp-echo-interval says how often pppd asks, lcp-echo-failure after how many missing answers it hangs up. One without \
         the other does nothing about a caller who is gone.";
    fix "set both, for example lcp-echo-interval 30 and lcp-echo-failure 4";
    example Etc(&[file("ppp/options", "auth\nlcp-echo-interval 30\n")]);
DEFAULT_ROUTE = "default-route": [Warning];
    meaning "A call can become the server's default route";
    why "defaultroute is for who calls a provider. On a server it sends packets for the whole world to the caller: with \
         replacedefaultroute always, without it while the server has no other default route.";
    fix "remove defaultroute and replacedefaultroute";
    example Etc(&[file("ppp/options", "auth\ndefaultroute\nreplacedefaultroute\n")]);
PLUGIN_MISSING = "plugin-missing": [Error, Warning];
    meaning "pppd is told to load a plugin that does not exist, or may not exist, and ends";
    why "A plugin is a file of /usr/lib/pppd/VERSION, named with its .so. Debian's package ppp has minconn, openl2tp, \
         passwordfd, pppoatm, pppoe, pppol2tp, radattr, radius, radrealms and winbind; 2.4.9 also passprompt.";
    fix "install the package that has the plugin, or remove the option";
    example Etc(&[file("ppp/options", "auth\nplugin nosuch.so\n")])
         => Etc(&[file("ppp/options", "auth\n")]);
PPPD_USER = "pppd-user": [Error];
    meaning "mgetty starts pppd as a user who may not execute it";
    why "Only root and the group dip may execute pppd: \"cannot execute '/usr/sbin/pppd': Permission denied\". As another user \
         pppd refuses options that only root may use, such as noauth.";
    fix "write - as the second column of the line";
    example Etc(&[file("mgetty/login.config", "/AutoPPP/ ppp a_ppp /usr/sbin/pppd auth +pap\n")]);
}
