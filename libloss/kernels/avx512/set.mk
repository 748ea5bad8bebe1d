# The set is compiled with these flags, for this architecture.
SETS_x86_64  += avx512
FLAGS_avx512 := -mavx2 -mfma -mavx512f
