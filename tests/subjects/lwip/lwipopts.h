/* What lwIP is built with: PPP over a serial line with all that it has for it, without an operating system of its own. */
#ifndef LWIPOPTS_H
#define LWIPOPTS_H

#define NO_SYS 1
#define SYS_LIGHTWEIGHT_PROT 0
#define LWIP_NETCONN 0
#define LWIP_SOCKET 0
#define MEM_ALIGNMENT 8
#define MEM_LIBC_MALLOC 1
#define MEMP_MEM_MALLOC 1
#define LWIP_IPV4 1
#define LWIP_IPV6 1
#define LWIP_DNS 1
#define LWIP_RAW 1
/* A header of IPv6 is smaller than what is kept of it where pointers have 64 bits. */
#define IPV6_FRAG_COPYHEADER 1

#define PPP_SUPPORT 1
#define PPPOS_SUPPORT 1
#define PPP_SERVER 1
#define PAP_SUPPORT 1
#define CHAP_SUPPORT 1
#define MSCHAP_SUPPORT 1
#define EAP_SUPPORT 1
#define VJ_SUPPORT 1

#endif
