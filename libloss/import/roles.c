/* Names of columns: those of libloss, of the scripts of Li et al., and of people. */
#include "import/roles.h"

#include <string.h>
#include <strings.h>

static const struct {
    const char *name;
    lossi_role role;
} NAMES[] = {
    {"x", LOSSI_ROLE_X},
    {"alpha", LOSSI_ROLE_X},
    {"xcoordinates", LOSSI_ROLE_X},
    {"y", LOSSI_ROLE_Y},
    {"beta", LOSSI_ROLE_Y},
    {"ycoordinates", LOSSI_ROLE_Y},
    {"epoch", LOSSI_ROLE_ALONG},
    {"step", LOSSI_ROLE_ALONG},
    {"iteration", LOSSI_ROLE_ALONG},
    {"split", LOSSI_ROLE_SPLIT},
    {"loss", LOSSI_ROLE_LOSS},
    {"losses", LOSSI_ROLE_LOSS},
    {"z", LOSSI_ROLE_LOSS},
    {"value", LOSSI_ROLE_LOSS},
    {"height", LOSSI_ROLE_LOSS},
    {"standard_error", LOSSI_ROLE_ERROR},
    {"error", LOSSI_ROLE_ERROR},
    {"stderr", LOSSI_ROLE_ERROR},
    {"accuracy", LOSSI_ROLE_ACCURACY},
    {"acc", LOSSI_ROLE_ACCURACY},
    {"evaluated", LOSSI_ROLE_EVALUATED},
};
static const struct {
    const char *name;
    int of;
} SPLITS[] = {
    {"train", LOSSI_OF_TRAIN}, {"training", LOSSI_OF_TRAIN}, {"test", LOSSI_OF_TEST},
    {"val", LOSSI_OF_TEST},    {"valid", LOSSI_OF_TEST},     {"validation", LOSSI_OF_TEST},
    {"eval", LOSSI_OF_TEST},
};
enum { N_NAMES = sizeof NAMES / sizeof *NAMES, N_SPLITS = sizeof SPLITS / sizeof *SPLITS };

/* Longer names have no role. */
enum { LONGEST = 63 };

static lossi_role plain_role(const char *name, size_t n)
{
    for (int i = 0; i < N_NAMES; i++)
        if (strlen(NAMES[i].name) == n && strncasecmp(name, NAMES[i].name, n) == 0)
            return NAMES[i].role;
    return LOSSI_ROLE_NONE;
}

static bool separates(char c)
{
    return c && strchr("_ -.", c);
}

lossi_role lossi_role_of(const char *name)
{
    size_t length = strlen(name);
    lossi_role role = length <= LONGEST ? plain_role(name, length) : LOSSI_ROLE_NONE;
    for (int i = 0; i < N_SPLITS && role == LOSSI_ROLE_NONE && length <= LONGEST; i++) {
        const char *split = SPLITS[i].name;
        size_t n = strlen(split);
        if (length <= n + 1)
            continue;
        size_t rest = length - n - 1;
        if (strncasecmp(name, split, n) == 0 && separates(name[n]))
            role = plain_role(name + n + 1, rest);
        else if (strcasecmp(name + length - n, split) == 0 && separates(name[rest]))
            role = plain_role(name, rest);
        role = role < LOSSI_ROLE_LOSS ? LOSSI_ROLE_NONE : (lossi_role)((int)role + SPLITS[i].of);
    }
    return role;
}

int lossi_role_split(const char *word)
{
    for (int i = 0; i < N_SPLITS; i++)
        if (strcasecmp(word, SPLITS[i].name) == 0)
            return SPLITS[i].of;
    return LOSSI_OF_ROW;
}

bool lossi_role_is_there(const int *roles, lossi_role first)
{
    return roles[first] >= 0 || roles[first + LOSSI_OF_TRAIN] >= 0 ||
           roles[first + LOSSI_OF_TEST] >= 0;
}
