// SPDX-License-Identifier: MIT
// An ordinary C program on newlib with its rdimon library that uses all of the C library which
// becomes a semihosting call, and says of each whether it did what C and POSIX say: "ok" and
// "not ok" lines, and the number of those as the exit status. Under a name with "read" in it, it
// reads what is typed, too.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define TEN        "0123456789"
#define SOME_PAST  1600000000 // seconds since 1970
#define BUFFER     64
#define STARTED(n) ((int)sizeof(n) - 1)

// rdimon's calls. Newlib's own rename() is a link() and an unlink(), though rdimon knows no links,
// and its system() asks nobody.
int _rename(const char *from, const char *to);
int _system(const char *command);

static char out_buffer[BUFFER];
static int checks, failures;

static void check(const char *what, int good)
{
    printf("%s %d - %s\n", good ? "ok" : "not ok", ++checks, what);
    failures += !good;
}

static off_t size_of(const char *name)
{
    struct stat st;
    int fd = open(name, O_RDONLY);
    off_t size = fd >= 0 && fstat(fd, &st) == 0 ? st.st_size : -1;
    return fd >= 0 && close(fd) ? -1 : size;
}

static void read_and_seek(int fd)
{
    char text[BUFFER];
    check("the end is at the length", lseek(fd, 0, SEEK_END) == STARTED(TEN));
    check("seek from the start", lseek(fd, 4, SEEK_SET) == 4);
    check("read", read(fd, text, 3) == 3 && memcmp(text, "456", 3) == 0);
    check("seek from here", lseek(fd, -2, SEEK_CUR) == 5);
    check("read up to the end", read(fd, text, sizeof text) == 5 && memcmp(text, "56789", 5) == 0);
    check("read at the end", read(fd, text, sizeof text) == 0);
}

static void use_files(void)
{
    errno = 0;
    check("what is not there is not opened", open("nothing.txt", O_RDONLY) < 0 && errno == ENOENT);
    int fd = open("a.txt", O_RDWR | O_CREAT | O_TRUNC, 0644);
    check("open", fd > 2);
    check("write", write(fd, TEN, STARTED(TEN)) == STARTED(TEN));
    read_and_seek(fd);
    check("a file is no terminal", !isatty(fd));
    check("close", close(fd) == 0);
    check("the length is right", size_of("a.txt") == STARTED(TEN));
    check("rename", _rename("a.txt", "b.txt") == 0);
    check("under its old name it is gone", size_of("a.txt") < 0);
    FILE *f = fopen("b.txt", "a");
    check("append", f && fputs("more", f) >= 0 && fclose(f) == 0);
    check("it has become longer", size_of("b.txt") == STARTED(TEN) + 4);
    check("remove", remove("b.txt") == 0);
    errno = 0;
    check("remove again", remove("b.txt") != 0 && errno == ENOENT);
}

static void use_time(void)
{
    struct timeval now;
    clock_t first = clock();
    check("clock", first != (clock_t)-1 && clock() >= first);
    check("time", time(NULL) > SOME_PAST && time(NULL) != (time_t)-1);
    check("time of day", gettimeofday(&now, NULL) == 0 && now.tv_sec > SOME_PAST);
}

int main(int argc, char **argv)
{
    char line[BUFFER];
    setvbuf(stdout, out_buffer, _IOLBF, sizeof out_buffer);
    setvbuf(stdin, NULL, _IONBF, 0);
    check("the name of the program", argc > 0 && argv[0][0] != '\0');
    check("standard output is a terminal", isatty(STDOUT_FILENO));
    use_files();
    use_time();
    check("no command is run", _system("true") != 0);
    if (strstr(argv[0], "read")) {
        check("a character is read", getchar() == 't');
        check("a line is read", fgets(line, sizeof line, stdin) && strcmp(line, "yped\n") == 0);
        check("the end of the input is the end", getchar() == EOF);
    }
    fprintf(stderr, "%d checks\n", checks);
    printf("1..%d\n", checks);
    exit(failures);
}
