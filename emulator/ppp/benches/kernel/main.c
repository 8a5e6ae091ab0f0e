/*
 * The kernel's own VJ compression and Deflate, for the bench to stand beside: packets in, MB/s of the fastest round out.
 *
 * The file of packets has for each its length, two octets, high one first, and its octets: 64 TCP segments, then 64 texts.
 */
#include <stdio.h>
#include <time.h>
#include <net/slhc_vj.h>
#include <linux/zlib.h>

enum { PACKETS = 64, LARGEST = 2048 };

static unsigned char packets[2 * PACKETS][LARGEST];
static int lengths[2 * PACKETS];
static unsigned char carried[PACKETS][2 * LARGEST];
static int carried_lengths[PACKETS];
static struct slcompress *vj;
static z_stream deflating, inflating;

static int vj_compress(void)
{
	static unsigned char packet[LARGEST], copy[LARGEST];
	int i;

	slhc_free(vj);
	vj = slhc_init(16, 16);
	for (i = 0; i < PACKETS; i++) {
		unsigned char *sent = packet;

		memcpy(packet, packets[i], lengths[i]);
		carried_lengths[i] = slhc_compress(vj, packet, lengths[i], copy, &sent, 1);
		memcpy(carried[i], sent, carried_lengths[i]);
	}
	return PACKETS;
}

static int vj_decompress(void)
{
	static unsigned char packet[LARGEST];
	int i, good = 0;

	slhc_free(vj);
	vj = slhc_init(16, 16);
	for (i = 0; i < PACKETS; i++) {
		int length = carried_lengths[i];

		memcpy(packet, carried[i], length);
		if (packet[0] & SL_TYPE_COMPRESSED_TCP) {
			good += slhc_uncompress(vj, packet, length) == lengths[i];
		} else {
			packet[0] &= 0x4f;
			good += slhc_remember(vj, packet, length) == lengths[i];
		}
	}
	return good;
}

static int deflated(void)
{
	int i, good = 0;

	zlib_deflateReset(&deflating);
	for (i = 0; i < PACKETS; i++) {
		deflating.next_in = packets[PACKETS + i];
		deflating.avail_in = lengths[PACKETS + i];
		deflating.next_out = carried[i];
		deflating.avail_out = sizeof(carried[i]);
		good += zlib_deflate(&deflating, Z_PACKET_FLUSH) == Z_OK;
		carried_lengths[i] = sizeof(carried[i]) - deflating.avail_out;
	}
	return good;
}

static int inflated(void)
{
	static unsigned char packet[LARGEST];
	int i, good = 0;

	zlib_inflateReset(&inflating);
	for (i = 0; i < PACKETS; i++) {
		inflating.next_in = carried[i];
		inflating.avail_in = carried_lengths[i];
		inflating.next_out = packet;
		inflating.avail_out = sizeof(packet);
		zlib_inflate(&inflating, Z_PACKET_FLUSH);
		good += (int)sizeof(packet) - (int)inflating.avail_out == lengths[PACKETS + i];
	}
	return good;
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

static int rate(const char *name, int first, int (*work)(void))
{
	double began = now(), fastest = 1e9, octets = 0;
	int i;

	for (i = 0; i < PACKETS; i++)
		octets += lengths[first + i];
	while (now() - began < 0.7) {
		double round = now();

		if (work() != PACKETS) {
			fprintf(stderr, "%s: not every packet is handled\n", name);
			return 1;
		}
		round = now() - round;
		if (round < fastest)
			fastest = round;
	}
	printf("%s\t%.1f\n", name, octets / fastest / 1e6);
	return 0;
}

int main(int count, char **arguments)
{
	FILE *file = count == 2 ? fopen(arguments[1], "rb") : NULL;
	int i, high;

	for (i = 0; file && i < 2 * PACKETS && (high = fgetc(file)) != EOF; i++) {
		lengths[i] = (high << 8) + fgetc(file);
		if (lengths[i] > LARGEST || fread(packets[i], lengths[i], 1, file) != 1)
			break;
	}
	if (!file || i < 2 * PACKETS)
		return 2;
	vj = slhc_init(16, 16);
	deflating.workspace = calloc(1, zlib_deflate_workspacesize(-15, 8));
	inflating.workspace = calloc(1, zlib_inflate_workspacesize());
	if (zlib_deflateInit2(&deflating, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) != Z_OK ||
	    zlib_inflateInit2(&inflating, -15) != Z_OK)
		return 2;
	return rate("VJ compress", 0, vj_compress) || rate("VJ decompress", 0, vj_decompress) ||
	       rate("Deflate compress", PACKETS, deflated) || rate("Deflate decompress", PACKETS, inflated);
}
