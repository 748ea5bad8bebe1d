/* Scripts for bash, zsh and fish. Each completes commands, options and words of choices; what else
 * an option or a command takes is a file or something one types. */
#include "completion.h"

#include <stdio.h>
#include <string.h>

/* Text between single quotes, with what a shell wants in place of a quote. */
static void put_quoted(const char *text, const char *quote)
{
    for (const char *c = text; *c; c++) {
        if (*c == '\'')
            printf("%s", quote);
        else
            putchar(*c);
    }
}

/* Words with blanks between, until NULL. */
static void put_words(const char *const *words)
{
    for (size_t i = 0; words[i]; i++)
        printf("%s%s", i ? " " : "", words[i]);
}

static void put_made_by(const completion_program *p, const char *shell)
{
    printf("# Completion of %s for %s. Made by: %s %scompletion %s\n", p->name, shell, p->name,
           p->n ? "" : "--", shell);
}

/* ---- bash ---- */

static void bash_begin(const completion_program *p)
{
    put_made_by(p, "bash");
    printf("_%s()\n{\n"
           "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} words=\n"
           "    # --name=value is three words for bash.\n"
           "    [ \"$word\" = = ] && word=\n"
           "    [ \"$before\" = = ] && before=${COMP_WORDS[COMP_CWORD - 2]}\n",
           p->name);
    if (p->n)
        printf("    [ \"$COMP_CWORD\" -eq 1 ] && words='");
    for (size_t i = 0; i < p->n; i++)
        printf("%s%s", p->commands[i].name, i + 1 < p->n ? " " : "'\n");
    printf("    case ${COMP_WORDS[1]} in\n");
}

static void bash_options(const completion_program *p, const char *command,
                         const option_table *table)
{
    (void)p;
    printf("    %s)\n        case $before,$word in\n", command ? command : "*");
    for (size_t i = 0; i < table->n_options; i++) {
        const option_spec *o = &table->options[i];
        if (o->kind != OPTION_CHOICE)
            continue;
        printf("        --%s,*) words='", o->name);
        put_words(o->choices);
        printf("' ;;\n");
    }
    printf("        *,-*) words='--help");
    for (size_t i = 0; i < table->n_options; i++) {
        const option_spec *o = &table->options[i];
        printf(" --%s", o->name);
        if (o->kind == OPTION_SWITCH)
            printf(" --no-%s", o->name);
    }
    printf("' ;;\n        esac ;;\n");
}

static void bash_end(const completion_program *p)
{
    printf("    esac\n"
           "    COMPREPLY=()\n"
           "    [ -n \"$words\" ] && mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")\n"
           "}\n"
           "complete -o default -F _%s %s%s%s\n",
           p->name, p->name, p->twin ? " " : "", p->twin ? p->twin : "");
}

/* ---- zsh ---- */

/* _arguments gives colons and brackets a meaning. */
static void zsh_put(const char *text)
{
    for (const char *c = text; *c; c++) {
        if (strchr("[]:", *c))
            putchar('\\');
        put_quoted((const char[]){*c, 0}, "'\\''");
    }
}

static void zsh_begin(const completion_program *p)
{
    printf("#compdef %s%s%s\n", p->name, p->twin ? " " : "", p->twin ? p->twin : "");
    put_made_by(p, "zsh");
    printf("_%s()\n{\n", p->name);
    if (!p->n)
        return;
    printf("    local -a commands\n    commands=(\n");
    for (size_t i = 0; i < p->n; i++) {
        printf("        '%s:", p->commands[i].name);
        zsh_put(p->commands[i].about);
        printf("'\n");
    }
    printf("    )\n"
           "    if (( CURRENT == 2 )); then\n"
           "        _describe command commands\n"
           "        return\n"
           "    fi\n"
           "    shift words\n"
           "    (( CURRENT-- ))\n"
           "    case $words[1] in\n");
}

static void zsh_option(const option_spec *o, const char *before)
{
    bool is_file = o->kind == OPTION_TEXT || o->kind == OPTION_TEXTS || o->kind == OPTION_OWN;
    printf("            '--%s%s%s[", before, o->name, o->argument ? "=" : "");
    zsh_put(o->help);
    putchar(']');
    if (o->argument) {
        putchar(':');
        zsh_put(o->argument);
        printf(":%s", is_file ? "_files" : "");
    }
    if (o->kind == OPTION_CHOICE) {
        putchar('(');
        put_words(o->choices);
        putchar(')');
    }
    printf("' \\\n");
}

static void zsh_options(const completion_program *p, const char *command, const option_table *table)
{
    if (command)
        printf("    %s)\n", command);
    printf("        _arguments \\\n");
    for (size_t i = 0; i < table->n_options; i++) {
        zsh_option(&table->options[i], "");
        if (table->options[i].kind == OPTION_SWITCH)
            zsh_option(&table->options[i], "no-");
    }
    printf("            '--help[this text]' \\\n            '*:file:_files'%s\n",
           p->n ? " ;;" : "");
}

static void zsh_end(const completion_program *p)
{
    if (p->n)
        printf("    esac\n");
    printf("}\n"
           "# zsh itself runs this file for the first use; by hand it is sourced.\n"
           "if [ \"$funcstack[1]\" = _%s ]; then _%s \"$@\"; else compdef _%s %s%s%s; fi\n",
           p->name, p->name, p->name, p->name, p->twin ? " " : "", p->twin ? p->twin : "");
}

/* ---- fish ---- */

static void fish_begin(const completion_program *p)
{
    put_made_by(p, "fish");
    for (size_t i = 0; i < p->n; i++) {
        printf("complete -c %s -n __fish_use_subcommand -f -a %s -d '", p->name,
               p->commands[i].name);
        put_quoted(p->commands[i].about, "\\'");
        printf("'\n");
    }
}

static void fish_option(const completion_program *p, const char *command, const option_spec *o,
                        const char *before)
{
    printf("complete -c %s", p->name);
    if (command)
        printf(" -n '__fish_seen_subcommand_from %s'", command);
    printf(" -l %s%s", before, o->name);
    if (o->kind == OPTION_CHOICE) {
        printf(" -x -a '");
        put_words(o->choices);
        putchar('\'');
    } else if (o->argument) {
        printf(" -r");
    }
    printf(" -d '");
    put_quoted(o->help, "\\'");
    printf("'\n");
}

static void fish_options(const completion_program *p, const char *command,
                         const option_table *table)
{
    for (size_t i = 0; i < table->n_options; i++) {
        fish_option(p, command, &table->options[i], "");
        if (table->options[i].kind == OPTION_SWITCH)
            fish_option(p, command, &table->options[i], "no-");
    }
}

static void fish_end(const completion_program *p)
{
    printf("complete -c %s -l help -d 'this text'\n", p->name);
    if (p->twin)
        printf("complete -c %s -w %s\n", p->twin, p->name);
}

static const completion_shell shells[] = {
    {"bash", bash_begin, bash_options, bash_end},
    {"zsh", zsh_begin, zsh_options, zsh_end},
    {"fish", fish_begin, fish_options, fish_end},
};

const completion_shell *completion_shell_find(const char *name)
{
    for (size_t i = 0; i < sizeof shells / sizeof *shells; i++)
        if (strcmp(shells[i].name, name) == 0)
            return &shells[i];
    return NULL;
}
