/* The number type of parameters, activations and gradients: float. The tests build the library a
 * second time with LOSSI_REAL=double, in which gradients can be held against finite differences. */
#ifndef LOSSI_REAL_H
#define LOSSI_REAL_H

#ifndef LOSSI_REAL
#define LOSSI_REAL          float
#define LOSSI_REAL_IS_FLOAT 1
#else
#define LOSSI_REAL_IS_FLOAT 0
#endif

typedef LOSSI_REAL lossi_real;

#endif
