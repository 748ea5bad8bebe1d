/* Which file systems several machines share. */
#ifndef LOSSI_FILE_SYSTEM_H
#define LOSSI_FILE_SYSTEM_H

/** The name of a type of file system (f_type of statfs) that machines share, NULL for others. */
const char *lossi_shared_file_system(unsigned long type);

#endif
