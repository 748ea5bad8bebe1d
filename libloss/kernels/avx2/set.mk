# The set is compiled with these flags, for this architecture.
SETS_x86_64 += avx2
FLAGS_avx2  := -mavx2 -mfma
