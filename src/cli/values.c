/* values.c - NAME=VALUE,... of a command line. */
#include "cli/cli.h"

#include <stdlib.h>
#include <string.h>

static int take_item(char *item, vvi_values *values)
{
    char *equals = strchr(item, '=');
    if (equals == NULL || equals == item)
        return vvi_cli_complain(VVI_EXIT_USAGE, "--at: \"%s\" is not NAME=VALUE", item);
    *equals = '\0';
    values->list[values->n++] = (vv_assignment){ item, { VV_VALUE_STRING, { .s = equals + 1 } } };
    return 0;
}

int vvi_values_parse(const char *text, vvi_values *values)
{
    size_t commas = 0;
    int exit_status = 0;
    for (const char *c = text; *c != '\0'; c++) commas += *c == ',';
    *values = (vvi_values){ .list = calloc(commas + 1, sizeof *values->list), .text = strdup(text) };
    if (values->list == NULL || values->text == NULL)
        exit_status = vvi_cli_complain(VVI_EXIT_FAILED, "%s", vv_strerror(VV_NO_MEMORY));
    for (char *item = values->text; exit_status == 0 && item != NULL;) {
        char *comma = strchr(item, ',');
        if (comma != NULL) *comma++ = '\0';
        exit_status = take_item(item, values);
        item = comma;
    }
    if (exit_status != 0) vvi_values_deinit(values);
    return exit_status;
}

void vvi_values_deinit(vvi_values *values)
{
    free(values->list);
    free(values->text);
    *values = (vvi_values){ 0 };
}
