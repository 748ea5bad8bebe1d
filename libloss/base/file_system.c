/* File systems of several machines, where the locks that SQLite needs cannot be relied on
 * (https://www.sqlite.org/faq.html#q5). */
#include "base/file_system.h"

#include <stddef.h>
#include <string.h>
#include <sys/vfs.h>

#include <loss/file.h>

/* f_type of statfs(2), and of what Linux's own header does not list. */
static const struct {
    unsigned long type;
    const char *name;
} SHARED[] = {
    {0x6969, "NFS"},       {0x517b, "SMB"},        {0xff534d42, "CIFS"},  {0xfe534d42, "SMB2"},
    {0x00c36400, "Ceph"},  {0x0bd00bd0, "Lustre"}, {0x47504653, "GPFS"},  {0x19830326, "BeeGFS"},
    {0x5346414f, "AFS"},   {0x6b414653, "AFS"},    {0x73757245, "Coda"},  {0x01021997, "9P"},
    {0x7461636f, "OCFS2"}, {0x01161970, "GFS2"},   {0xaad7aaea, "PanFS"},
};

const char *lossi_shared_file_system(unsigned long type)
{
    for (size_t i = 0; i < sizeof SHARED / sizeof *SHARED; i++)
        if (SHARED[i].type == (type & 0xffffffff))
            return SHARED[i].name;
    return NULL;
}

const char *loss_path_shared(const char *path)
{
    struct statfs info;
    char folder[4096];
    if (!path || strlen(path) >= sizeof folder)
        return NULL;
    if (statfs(path, &info) == 0)
        return lossi_shared_file_system((unsigned long)info.f_type);
    strcpy(folder, path);
    char *slash = strrchr(folder, '/');
    if (slash)
        slash[slash == folder] = 0;
    return statfs(slash ? folder : ".", &info) == 0
               ? lossi_shared_file_system((unsigned long)info.f_type)
               : NULL;
}
