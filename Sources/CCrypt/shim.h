// crypt(3), the system's password hashing: libxcrypt's reentrant interface.
#ifndef LABGATE_CCRYPT_SHIM_H
#define LABGATE_CCRYPT_SHIM_H

#include <crypt.h>

#endif
