/*
 * lwIP's PPP over standard input and output, as a subject of `offhook conformance --subject`.
 *
 * From the environment: OFFHOOK_ROLE (calling, or else it answers), OFFHOOK_AUTH, OFFHOOK_USER, OFFHOOK_PASSWORD,
 * OFFHOOK_LOCAL, OFFHOOK_REMOTE, and OFFHOOK_OPTIONS, a line an option in pppd's words. An option that lwIP has not ends it
 * with status 77: the case is not run. It ends when the link does.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <time.h>
#include <unistd.h>

#include "lwip/init.h"
#include "lwip/timeouts.h"
#include "netif/ppp/ppp_impl.h"
#include "netif/ppp/pppapi.h"
#include "netif/ppp/pppos.h"

#define NOT_RUN 77

static struct netif netif;
static int over;

u32_t sys_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (u32_t)(now.tv_sec * 1000 + now.tv_nsec / 1000000);
}

u32_t sys_jiffies(void) { return sys_now(); }

static u32_t put(ppp_pcb *ppp, const void *octets, u32_t count, void *context)
{
    u32_t done = 0;
    (void)ppp;
    (void)context;
    while (done < count) {
        ssize_t written = write(STDOUT_FILENO, (const char *)octets + done, count - done);
        if (written <= 0 && errno != EINTR) {
            over = 1;
            break;
        }
        done += written > 0 ? (u32_t)written : 0;
    }
    return done;
}

static void status(ppp_pcb *ppp, int error, void *context)
{
    (void)ppp;
    (void)context;
    if (error != PPPERR_NONE)
        over = 1;
}

static const char *variable(const char *name, const char *otherwise)
{
    const char *value = getenv(name);
    return value && *value ? value : otherwise;
}

/* One option; whether lwIP has it. */
static int option(ppp_pcb *ppp, const char *name, const char *value)
{
    long number = value ? strtol(value, NULL, 0) : 0;
    static const char *const without[] = { "noccp", "novjccomp", "nodeflate", "nobsdcomp", "nopredictor1", "noauth", "auth",
        "nodetach", "debug", "local", "noproxyarp" };
    for (size_t at = 0; at < sizeof without / sizeof *without; at++)
        if (!strcmp(name, without[at]))
            return 1;
    if (!strcmp(name, "silent"))
        ppp_set_silent(ppp, 1);
    else if (!strcmp(name, "passive"))
        ppp_set_passive(ppp, 1);
    else if (!strcmp(name, "nopcomp"))
        ppp_set_neg_pcomp(ppp, 0);
    else if (!strcmp(name, "noaccomp"))
        ppp_set_neg_accomp(ppp, 0);
    else if (!strcmp(name, "asyncmap"))
        ppp_set_asyncmap(ppp, (u32_t)strtoul(value ? value : "0", NULL, 16));
    else if (!strcmp(name, "novj"))
        ppp->ipcp_wantoptions.neg_vj = ppp->ipcp_allowoptions.neg_vj = 0;
    else if (!strcmp(name, "vj-max-slots"))
        ppp->ipcp_wantoptions.maxslotindex = (u8_t)(number - 1);
    else if (!strcmp(name, "mru"))
        ppp->lcp_wantoptions.mru = (u16_t)number, ppp->lcp_wantoptions.neg_mru = 1;
    else if (!strcmp(name, "lcp-restart"))
        ppp->settings.fsm_timeout_time = (u8_t)number;
    else if (!strcmp(name, "lcp-max-configure"))
        ppp->settings.fsm_max_conf_req_transmits = (u8_t)number;
    else if (!strcmp(name, "lcp-max-terminate"))
        ppp->settings.fsm_max_term_transmits = (u8_t)number;
    else if (!strcmp(name, "lcp-max-failure"))
        ppp->settings.fsm_max_nak_loops = (u8_t)number;
    else if (!strcmp(name, "lcp-echo-interval"))
        ppp->settings.lcp_echo_interval = (u8_t)number;
    else if (!strcmp(name, "lcp-echo-failure"))
        ppp->settings.lcp_echo_fails = (u8_t)number;
    else if (!strcmp(name, "chap-interval"))
        ppp->settings.chap_rechallenge_time = (u8_t)number;
    else if (!strcmp(name, "ipcp-accept-local"))
        ppp->ipcp_wantoptions.accept_local = 1;
    else if (!strcmp(name, "ipcp-accept-remote"))
        ppp->ipcp_wantoptions.accept_remote = 1;
    else if (!strcmp(name, "ms-dns")) {
        static int index;
        ip4_addr_t address;
        if (index > 1 || !value || !ip4addr_aton(value, &address))
            return 0;
        ppp_set_ipcp_dnsaddr(ppp, index, &address);
        index++;
    } else
        return 0;
    return 1;
}

static void options(ppp_pcb *ppp)
{
    char *all = strdup(variable("OFFHOOK_OPTIONS", "")), *rest = all, *line;
    while ((line = strsep(&rest, "\n"))) {
        char *name = strsep(&line, " ");
        if (*name && !option(ppp, name, line))
            exit(NOT_RUN);
    }
}

int main(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    srandom((unsigned)(now.tv_nsec ^ getpid()));
    lwip_init();
    ppp_pcb *ppp = pppos_create(&netif, put, status, NULL);
    if (!ppp)
        return 1;
    /* pppd's timers, of which the cases speak; lwIP's own default is 6 s. */
    ppp->settings.fsm_timeout_time = 3;

    const char *auth = variable("OFFHOOK_AUTH", "none");
    int calling = !strcmp(variable("OFFHOOK_ROLE", "answering"), "calling");
    int kind = !strcmp(auth, "pap") ? PPPAUTHTYPE_PAP : !strcmp(auth, "chap") ? PPPAUTHTYPE_CHAP : PPPAUTHTYPE_ANY;
    ppp_set_auth(ppp, (u8_t)kind, variable("OFFHOOK_USER", "alice"), variable("OFFHOOK_PASSWORD", "secret"));
    if (calling) {
        ppp_set_usepeerdns(ppp, 1);
    } else {
        ip4_addr_t local, remote;
        ppp_set_auth_required(ppp, strcmp(auth, "none") != 0);
        ip4addr_aton(variable("OFFHOOK_LOCAL", "192.168.32.1"), &local);
        ip4addr_aton(variable("OFFHOOK_REMOTE", "192.168.32.105"), &remote);
        ppp_set_ipcp_ouraddr(ppp, &local);
        ppp_set_ipcp_hisaddr(ppp, &remote);
    }
    options(ppp);
    ppp_connect(ppp, 0);

    while (!over) {
        u32_t wait = sys_timeouts_sleeptime();
        if (wait > 1000)
            wait = 1000;
        struct timeval time = { wait / 1000, wait % 1000 * 1000 };
        fd_set set;
        FD_ZERO(&set);
        FD_SET(STDIN_FILENO, &set);
        if (select(STDIN_FILENO + 1, &set, NULL, NULL, &time) > 0) {
            u8_t buffer[2048];
            ssize_t count = read(STDIN_FILENO, buffer, sizeof buffer);
            if (count <= 0)
                break;
            pppos_input(ppp, buffer, (int)count);
        }
        sys_check_timeouts();
    }
    return 0;
}
