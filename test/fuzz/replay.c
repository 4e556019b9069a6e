/*-------------------------------------------------------------------------
 *
 * replay.c
 *	  Feeds a harness the files of a corpus, without libFuzzer, as TAP.
 *
 *	  NAME_fuzz FILE...
 *
 * One verdict a file.  A file that fails ends the run, as it does with
 * libFuzzer: what went before says which it was.
 *
 *-------------------------------------------------------------------------
 */
#include "fuzz.h"

int
main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
	{
		FILE	   *file = fopen(argv[i], "rb");
		uint8	   *data = NULL;
		size_t		size = 0;
		size_t		got;

		if (file == NULL)
		{
			perror(argv[i]);
			return 2;
		}
		do
		{
			data = realloc(data, size + 65536);
			if (data == NULL)
				abort();
			got = fread(data + size, 1, 65536, file);
			size += got;
		} while (got > 0);
		fclose(file);

		printf("# %s\n", argv[i]);
		fflush(stdout);
		fuzz_one(data, size);
		printf("ok %d - %s\n", i, argv[i]);
		free(data);
	}
	printf("1..%d\n", argc - 1);
	return 0;
}
