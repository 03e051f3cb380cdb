/* SPDX-License-Identifier: MIT */
#include "base/cleanup.h"
#include "base/digest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

/* The values are FIPS 180-4's own examples. */
static void test_known(void **state)
{
	AUTO_FREE char *none = digest_of("", 0), *abc = digest_of("abc", 3);

	(void)state;
	assert_string_equal(none, "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	assert_string_equal(abc, "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void test_bytes_after_nul_count(void **state)
{
	AUTO_FREE char *a = digest_of("a\0b", 3), *b = digest_of("a\0c", 3);

	(void)state;
	assert_string_not_equal(a, b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_known), cmocka_unit_test(test_bytes_after_nul_count)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
