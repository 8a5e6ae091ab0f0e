/* What slhc.c and the kernel's zlib want of a kernel, by the C library: enough to compile them alone. */
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <linux/types.h>
#include <linux/socket.h>
#include <sys/socket.h>
#include <netinet/in.h>

#define CONFIG_INET 1
#define EXPORT_SYMBOL(name)
#define MODULE_LICENSE(text)
#define MODULE_DESCRIPTION(text)
#define KERN_DEBUG
#define printk(...)
#define GFP_KERNEL 0
#define kzalloc_obj(it) calloc(1, sizeof(it))
#define kzalloc(size, flags) calloc(1, size)
#define kmalloc_obj(it) malloc(sizeof(it))
#define kfree free
#define ERR_PTR(error) ((void *)(intptr_t)(error))
#define IS_ERR_OR_NULL(pointer) (!(pointer) || (uintptr_t)(pointer) > (uintptr_t)-4096)
#define put_unaligned(value, place) (*(place) = (value))
#define get_unaligned(place) (*(place))
#define min_t(type, a, b) ((type)(a) < (type)(b) ? (type)(a) : (type)(b))
#define PAGE_SIZE 4096
#define fallthrough __attribute__((fallthrough))
#define CONFIG_HAVE_EFFICIENT_UNALIGNED_ACCESS 1
#define IS_ENABLED(option) option
#define BUG_ON(condition) do { if (condition) abort(); } while (0)
#define max(a, b) ((a) > (b) ? (a) : (b))
#define kmalloc(size, flags) malloc(size)
#define vmalloc malloc
#define vfree free

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;

static inline __sum16 ip_fast_csum(const void *header, unsigned int words)
{
	const uint16_t *halves = header;
	uint32_t sum = 0;

	for (words *= 2; words; words--)
		sum += *halves++;
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (__sum16)~sum;
}

static inline u8 bitrev8(u8 octet)
{
	octet = (octet & 0xf0) >> 4 | (octet & 0x0f) << 4;
	octet = (octet & 0xcc) >> 2 | (octet & 0x33) << 2;
	return (octet & 0xaa) >> 1 | (octet & 0x55) << 1;
}

static inline u32 bitrev32(u32 value)
{
	value = (value & 0xff00ff00) >> 8 | (value & 0x00ff00ff) << 8;
	value = value >> 16 | value << 16;
	return bitrev8(value) | bitrev8(value >> 8) << 8 | bitrev8(value >> 16) << 16 | (u32)bitrev8(value >> 24) << 24;
}
