/* NVTX calls through this pointer where a program defines it. The toolkit's header
 * declares it weak, and a weak definition would lose: so this file must not see it. */
int InitializeInjectionNvtx2(const void *(*get_table)(unsigned));
extern int (*InitializeInjectionNvtx2_fnptr)(const void *(*get_table)(unsigned));
int (*InitializeInjectionNvtx2_fnptr)(const void *(*get_table)(unsigned)) = InitializeInjectionNvtx2;
