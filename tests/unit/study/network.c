/* network.c - folders on network file systems are known by what the kernel calls them. Mounting one needs root and a
 * server, so that what statfs answers is said here by hand. */
#include "check.h"

#include "study/study.h"

static void network_file_systems_are_known(void **state)
{
    (void)state;
    assert_string_equal(vvi_network_name(0x6969, ""), "NFS");
    assert_string_equal(vvi_network_name(0xff534d42, ""), "CIFS");
    assert_string_equal(vvi_network_name(0xfe534d42, ""), "SMB");
    assert_string_equal(vvi_network_name(0x0bd00bd0, ""), "Lustre");
    assert_string_equal(vvi_network_name(0x65735546, "fuse.sshfs"), "sshfs");
    assert_string_equal(vvi_network_name(0x65735546, "fuse.rclone"), "rclone");
}

static void local_ones_are_not(void **state)
{
    (void)state;
    static const uint32_t local[] = { 0xef53 /* ext4 */, 0x58465342 /* xfs */, 0x9123683e /* btrfs */,
                                      0x01021994 /* tmpfs */, 0x794c7630 /* overlay */ };
    for (size_t i = 0; i < sizeof local / sizeof *local; i++) assert_null(vvi_network_name(local[i], "nfs"));
    assert_null(vvi_network_name(0x65735546, "fuseblk"));
    assert_null(vvi_network_name(0x65735546, "fuse.mergerfs"));
    assert_null(vvi_network_name(0x65735546, ""));
    assert_null(vvi_folder_network("/no such folder"));
    assert_null(vvi_folder_network("/proc/self"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(network_file_systems_are_known),
        cmocka_unit_test(local_ones_are_not),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
