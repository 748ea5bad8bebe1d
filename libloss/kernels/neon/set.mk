# The set is compiled with these flags, for this architecture, whose every processor has it.
SETS_aarch64 += neon
FLAGS_neon   :=
