//! Rules about what calls in the lab show. They need calls: `--static` finds none of them.

use super::Example::Calls;
use super::family;
use crate::severity::Severity::{Danger, Error, Note, Warning};

family! {
CALLED_NOT_READY = "called-not-ready": [Error];
    meaning "In the lab, mgetty never gets the port ready";
    why "mgetty does not start, or its chat with the modem fails. Nobody is answered. Where the lab's \
         usual modem refuses a command, another that takes every command has been tried as well, unless --modem chooses one.";
    fix "see the evidence (--out DIR); where the modem of --modem refused a command, another model may take it";
    example Calls("init-chat waits for READY, which no modem says");
CALLS_MISSING = "calls-missing": [Warning];
    meaning "Some calls to a port could not be placed";
    why "What the files say about these calls is not confirmed.";
    fix "see the evidence (--out DIR)";
    example Calls("mgetty did not get ready again after the third call");
CALLED_ANSWERED = "called-answered": [Danger];
    meaning "In the lab, a caller was answered who is denied by the files";
    why "The call in the lab shows what mgetty really does.";
    fix "see the evidence (--out DIR) for what happened";
    example Calls("dialin.config denies 5551234, and the call from 5551234 was answered");
CALLED_NOT_ANSWERED = "called-not-answered": [Error];
    meaning "In the lab, a caller was not answered who is allowed by the files";
    why "The call in the lab shows what mgetty really does.";
    fix "see the evidence (--out DIR) for what happened";
    example Calls("no rule denies 5551234, and the call from 5551234 rang out");
CALLED_RINGS = "called-rings": [Warning, Note];
    meaning "In the lab, a call was answered after another number of rings";
    why "mgetty counts a complete caller-ID block as a ring, so one ring less is normal.";
    fix "see the evidence (--out DIR) for what happened";
    example Calls("-n 3 is configured, and the call was answered after 5 rings");
CALLED_GOT_IN = "called-got-in": [Danger];
    meaning "In the lab, a caller got in who should not according to the files";
    why "The call in the lab shows what mgetty and pppd really do.";
    fix "see the evidence (--out DIR) for what happened";
    example Calls("authentication is required, and a caller with a wrong password got an address");
CALLED_KEPT_OUT = "called-kept-out": [Error];
    meaning "In the lab, a caller did not get in who should according to the files";
    why "The call in the lab shows what mgetty and pppd really do.";
    fix "see the evidence (--out DIR) for what happened";
    example Calls("alice has an account, and her call ended with \"Login incorrect\"");
CALLED_ADDRESS = "called-address": [Warning];
    meaning "In the lab, a caller got another address than the files say";
    why "The call in the lab shows what pppd really does.";
    fix "see the evidence (--out DIR) for what happened";
    example Calls("options.ttyS0 has 192.168.32.105, and alice got 192.168.32.200");
CALLED_HELD = "called-held": [Error];
    meaning "In the lab, the line stays taken after a lost carrier";
    why "Nobody else gets through until somebody ends pppd or restarts the machine.";
    fix "let pppd obey the carrier (`modem`), and give it lcp-echo-interval 30 and lcp-echo-failure 4";
    example Calls("options has `local` and no LCP echoes: the call after a lost carrier rings out");
}
